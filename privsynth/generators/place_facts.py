"""Public facts about places: states and their telephone area codes, cities with their postcode, numbers that nobody has.

Sources: the numbering plan of North America (area codes); ZIP code prefixes by
state (USPS); postcodes of the town centres by Deutsche Post and La Poste; numbers for films
and books, which are given to nobody: 555-0100 to 555-0199 of each area (NANPA), Bundesnetzagentur (notice 148/2021), ARCEP (decision
2012-0856), Ofcom, ACMA.
"""

from __future__ import annotations

# abbreviation|state|area codes|first three digits of ZIP codes
UNITED_STATES = """\
AL|Alabama|205 251 256 334 659 938|350-369
AK|Alaska|907|995-999
AZ|Arizona|480 520 602 623 928|850-865
AR|Arkansas|327 479 501 870|716-729
CA|California|209 213 279 310 323 341|900-961
CO|Colorado|303 719 720 748 970 983|800-816
CT|Connecticut|203 475 860 959|060-069
DE|Delaware|302|197-199
DC|District of Columbia|202 771|200-200 202-205
FL|Florida|239 305 321 324 352 386|320-349
GA|Georgia|229 404 470 478 678 706|300-319 398-399
HI|Hawaii|808|967-968
ID|Idaho|208 986|832-838
IL|Illinois|217 224 309 312 331 447|600-629
IN|Indiana|219 260 317 463 574 765|460-479
IA|Iowa|319 515 563 641 712|500-528
KS|Kansas|316 620 785 913|660-679
KY|Kentucky|270 364 502 606 859|400-427
LA|Louisiana|225 318 337 504 985|700-714
ME|Maine|207|039-049
MD|Maryland|227 240 301 410 443 667|206-219
MA|Massachusetts|339 351 413 508 617 774|010-027 055-055
MI|Michigan|231 248 269 313 517 586|480-499
MN|Minnesota|218 320 507 612 651 763|550-567
MS|Mississippi|228 601 662 769|386-397
MO|Missouri|235 314 417 557 573 636|630-658
MT|Montana|406|590-599
NE|Nebraska|308 402 531|680-693
NV|Nevada|702 725 775|889-898
NH|New Hampshire|603|030-038
NJ|New Jersey|201 551 609 640 732 848|070-089
NM|New Mexico|505 575|870-884
NY|New York|212 315 329 332 347 363|005-005 100-149
NC|North Carolina|252 336 472 704 743 828|270-289
ND|North Dakota|701|580-588
OH|Ohio|216 220 234 283 326 330|430-459
OK|Oklahoma|405 539 572 580 918|730-732 734-749
OR|Oregon|458 503 541 971|970-979
PA|Pennsylvania|215 223 267 272 412 445|150-196
RI|Rhode Island|401|028-029
SC|South Carolina|803 821 839 843 854 864|290-299
SD|South Dakota|605|570-577
TN|Tennessee|423 615 629 731 865 901|370-385
TX|Texas|210 214 254 281 325 346|733-733 750-799 885-885
UT|Utah|385 435 801|840-847
VT|Vermont|802|050-054 056-059
VA|Virginia|276 434 540 571 686 703|201-201 220-246
WA|Washington|206 253 360 425 509 564|980-994
WV|West Virginia|304 681|247-268
WI|Wisconsin|262 274 353 414 534 608|530-549
WY|Wyoming|307|820-831
"""
# city|state|postcode|numbers that nobody has, where the city has any (# is a digit)
GERMANY = """\
Berlin|Berlin|10115|030 23125###
Hamburg|Hamburg|20095|040 66969###
München|Bayern|80331|089 99998###
Köln|Nordrhein-Westfalen|50667|0221 4710###
Frankfurt am Main|Hessen|60311|069 90009###
Stuttgart|Baden-Württemberg|70173
Karlsruhe|Baden-Württemberg|76133
Mannheim|Baden-Württemberg|68159
Freiburg im Breisgau|Baden-Württemberg|79098
Ulm|Baden-Württemberg|89073
Nürnberg|Bayern|90402
Augsburg|Bayern|86150
Regensburg|Bayern|93047
Würzburg|Bayern|97070
Potsdam|Brandenburg|14467
Cottbus|Brandenburg|03046
Bremen|Bremen|28195
Bremerhaven|Bremen|27568
Wiesbaden|Hessen|65183
Kassel|Hessen|34117
Darmstadt|Hessen|64283
Rostock|Mecklenburg-Vorpommern|18055
Schwerin|Mecklenburg-Vorpommern|19053
Hannover|Niedersachsen|30159
Braunschweig|Niedersachsen|38100
Oldenburg|Niedersachsen|26122
Düsseldorf|Nordrhein-Westfalen|40213
Dortmund|Nordrhein-Westfalen|44135
Essen|Nordrhein-Westfalen|45127
Duisburg|Nordrhein-Westfalen|47051
Bochum|Nordrhein-Westfalen|44787
Bonn|Nordrhein-Westfalen|53111
Münster|Nordrhein-Westfalen|48143
Bielefeld|Nordrhein-Westfalen|33602
Aachen|Nordrhein-Westfalen|52062
Mainz|Rheinland-Pfalz|55116
Koblenz|Rheinland-Pfalz|56068
Trier|Rheinland-Pfalz|54290
Ludwigshafen am Rhein|Rheinland-Pfalz|67059
Saarbrücken|Saarland|66111
Dresden|Sachsen|01067
Leipzig|Sachsen|04109
Chemnitz|Sachsen|09111
Magdeburg|Sachsen-Anhalt|39104
Halle (Saale)|Sachsen-Anhalt|06108
Kiel|Schleswig-Holstein|24103
Lübeck|Schleswig-Holstein|23552
Flensburg|Schleswig-Holstein|24937
Erfurt|Thüringen|99084
Jena|Thüringen|07743
"""
# city|region|postcode|telephone zone
FRANCE = """\
Paris|Île-de-France|75001|1
Versailles|Île-de-France|78000|1
Nanterre|Île-de-France|92000|1
Créteil|Île-de-France|94000|1
Rouen|Normandie|76000|2
Le Havre|Normandie|76600|2
Caen|Normandie|14000|2
Rennes|Bretagne|35000|2
Brest|Bretagne|29200|2
Quimper|Bretagne|29000|2
Nantes|Pays de la Loire|44000|2
Angers|Pays de la Loire|49000|2
Le Mans|Pays de la Loire|72000|2
Tours|Centre-Val de Loire|37000|2
Orléans|Centre-Val de Loire|45000|2
Lille|Hauts-de-France|59000|3
Amiens|Hauts-de-France|80000|3
Strasbourg|Grand Est|67000|3
Reims|Grand Est|51100|3
Metz|Grand Est|57000|3
Nancy|Grand Est|54000|3
Mulhouse|Grand Est|68100|3
Dijon|Bourgogne-Franche-Comté|21000|3
Besançon|Bourgogne-Franche-Comté|25000|3
Lyon|Auvergne-Rhône-Alpes|69001|4
Grenoble|Auvergne-Rhône-Alpes|38000|4
Saint-Étienne|Auvergne-Rhône-Alpes|42000|4
Clermont-Ferrand|Auvergne-Rhône-Alpes|63000|4
Annecy|Auvergne-Rhône-Alpes|74000|4
Marseille|Provence-Alpes-Côte d'Azur|13001|4
Nice|Provence-Alpes-Côte d'Azur|06000|4
Toulon|Provence-Alpes-Côte d'Azur|83000|4
Avignon|Provence-Alpes-Côte d'Azur|84000|4
Ajaccio|Corse|20000|4
Bastia|Corse|20200|4
Montpellier|Occitanie|34000|4
Nîmes|Occitanie|30000|4
Perpignan|Occitanie|66000|4
Toulouse|Occitanie|31000|5
Bordeaux|Nouvelle-Aquitaine|33000|5
Limoges|Nouvelle-Aquitaine|87000|5
Poitiers|Nouvelle-Aquitaine|86000|5
Pau|Nouvelle-Aquitaine|64000|5
La Rochelle|Nouvelle-Aquitaine|17000|5
"""
# Where a place has no numbers of its own.
FICTIONAL_PHONES = {
    "de_DE": ("0171 39200##", "0176 040690##"),
    "en_AU": ("(02) 5550 ####", "(03) 5550 ####", "(07) 5550 ####", "(08) 5550 ####"),
    "en_CA": ("(204) 555-01##", "(416) 555-01##", "(514) 555-01##", "(604) 555-01##", "(902) 555-01##"),
    "en_GB": ("01632 960###", "07700 900###", "020 7946 0###"),
}
US_PHONE, FRENCH_PHONES = (
    "({area}) 555-01##",
    ("01 99 00 ## ##", "02 61 91 ## ##", "03 53 01 ## ##", "04 65 71 ## ##", "05 36 49 ## ##"),
)
COUNTRIES = {
    "de_AT": "at aut austria österreich",
    "de_CH": "ch che switzerland schweiz suisse svizzera",
    "de_DE": "de deu germany deutschland allemagne",
    "en_AU": "au aus australia",
    "en_CA": "ca can canada",
    "en_GB": "gb gbr uk united_kingdom great_britain vereinigtes_königreich",
    "en_IE": "ie irl ireland irland",
    "en_US": "us usa united_states united_states_of_america vereinigte_staaten états-unis",
    "es_ES": "es esp spain españa spanien",
    "fr_FR": "fr fra france frankreich",
    "it_IT": "it ita italy italia italien",
    "nl_NL": "nl nld netherlands nederland niederlande",
    "pl_PL": "pl pol poland polska polen",
}
OWN_NAMES = {"de_DE": "Deutschland", "de_AT": "Österreich", "de_CH": "Schweiz", "en_US": "United States"}
