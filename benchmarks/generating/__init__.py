"""What `benchmarks/generators.py` is made of: runs in processes of their own, other synthesizers, a page and a drawing."""
