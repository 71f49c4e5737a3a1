"""Evidence from word lists: names of persons, and closed vocabularies, on columns as they stand in real tables."""

from __future__ import annotations

import time
from collections.abc import Iterable

import pytest
from faker import Faker

from privsynth.pii.entities import ENTITIES
from privsynth.pii.gazetteer import name_signs
from privsynth.pii.label_lists import label_lists
from privsynth.pii.labels import entities_by_words, label_signs
from privsynth.pii.model import Sign
from privsynth.pii.profile import Profile, profile

STRONG = ("names.full", "names.one")


def column(values: Iterable[str]) -> Profile:
    return profile(list(values), max_cells=100_000, exhaustive=False)


def names(values: Iterable[str], *headed: str) -> dict[str, Sign]:
    return {sign.entity: sign for sign in name_signs(column(values), headed=frozenset(headed))}


def labels(values: Iterable[str], *headed: str) -> dict[str, Sign]:
    return {sign.entity: sign for sign in label_signs(column(values), headed=frozenset(headed))}


# Well-known people and invented ones, not drawn from any list that the scan reads.
PEOPLE = {
    "us": "Emily Johnson|Michael O'Brien|Tyrone Washington|LaKeisha Jackson|Robert J. Kowalczyk|Sandra Delgado-Ruiz",
    "presidents": "George Washington|John Adams|Abraham Lincoln|Ulysses S. Grant|Dwight D. Eisenhower|Barack Obama",
    "uk": "Alistair Pemberton|Gwendolyn Ffoulkes|Nigel Farnsworth|Siobhan Gallagher|Rhys Llewellyn|Judi Dench",
    "germany": "Jürgen Klopp|Angela Merkel|Wolfgang Schäuble|Ursula von der Leyen|Claudia Roth|Steffi Graf",
    "france": "Emmanuel Macron|Marion Cotillard|Jean-Luc Mélenchon|Ségolène Royal|Amélie Mauresmo|François Hollande",
    "spain": "José Luis Rodríguez Zapatero|Penélope Cruz Sánchez|Rafael Nadal Parera|Andrés Iniesta|Íker Casillas",
    "italy": "Giuseppe Verdi|Sophia Loren|Matteo Salvini|Giorgia Meloni|Gianluigi Buffon|Umberto Eco",
    "poland": "Agnieszka Radwańska|Robert Lewandowski|Olga Tokarczuk|Andrzej Duda|Wisława Szymborska|Lech Wałęsa",
    "netherlands": "Mark Rutte|Geert Wilders|Johan Cruijff|Marco van Basten|Ireen Wüst|Virgil van Dijk",
    "russia": "Иван Петров|Светлана Кузнецова|Алексей Навальный|Мария Шарапова|Дмитрий Медведев|Ольга Смирнова",
    "russia in Latin": "Ivan Petrov|Svetlana Kuznetsova|Alexei Navalny|Dmitry Medvedev|Yuri Gagarin|Sergey Lavrov",
    "greece": "Γιώργος Παπανδρέου|Μαρία Κάλλας|Ελένη Μενεγάκη|Δημήτρης Παπαδόπουλος|Κώστας Σημίτης|Άννα Βίσση",
    "india": "Sachin Tendulkar|Narendra Modi|Priyanka Chopra|Rahul Gandhi|Nirmala Sitharaman|Amit Shah",
    "arabic": "محمد صلاح|فاطمة الزهراء|أحمد خالد|ياسر عرفات|حسن محمود|خالد منصور",
    "arabic in Latin": "Mohamed Salah|Fatima Al-Zahra|Ahmed bin Khalid|Yasser Arafat|Bashar al-Assad",
    "china": "王伟|李娜|张伟|刘洋|陈静|杨丽华|赵敏|黄晓明",
    "china in Latin": "Wang Wei|Li Na|Zhang Yimou|Liu Cixin|Chen Jing|Zhao Wei|Huang Xiaoming",
    "japan": "山田太郎|佐藤花子|鈴木一郎|田中美咲|高橋健太|渡辺直美",
    "korea": "김민준|이서연|박지성|최민수|정우성|강호동|조수미",
    "korea in Latin": "Kim Min-jun|Park Ji-sung|Lee Sang-hyeok|Son Heung-min|Choi Min-sik|Bong Joon-ho",
    "turkey": "Recep Tayyip Erdoğan|Orhan Pamuk|Elif Şafak|Ayşe Kulin|Arda Turan|Cem Yılmaz",
    "hungary": "Orbán Viktor|Puskás Ferenc|Nagy Imre|Szabó Magda|Kovács Katalin|Tóth Krisztina",
    "africa": "Nelson Mandela|Wole Soyinka|Chimamanda Ngozi Adichie|Kofi Annan|Samuel Eto'o|Wangari Maathai",
    "north": "Astrid Lindgren|Björn Borg|Greta Thunberg|Magnus Carlsen|Mads Mikkelsen|Erling Braut Haaland",
    "drivers": "Lewis Hamilton|Max Verstappen|Charles Leclerc|Sergio Pérez|Carlos Sainz|George Russell",
    "authors": "Jane Austen|Leo Tolstoy|Toni Morrison|Ernest Hemingway|J.K. Rowling|George R. R. Martin",
    "last, first": "SMITH, JOHN A.|Garcia, Maria|O'NEILL, PATRICK|Van der Berg, Hans|DOE, JANE",
    "with titles": "Braund, Mr. Owen Harris|Cumings, Mrs. John (Florence Briggs)|Heikkinen, Miss. Laina|Allen, Mr. William",
    "title and surname": "Mr. Smith|Mrs. Zbornak|Dr. Quinn|Prof. Ahlgren|Ms. Baker",
    "upper case": "JOHN SMITH|MARY WILLIAMS|JUAN CARLOS PEREZ|SUSAN B ANTHONY|ROBERT DOWNEY JR",
    "lower case": "john smith|mary williams|juan perez|susan miller|keith richards",
    "initials": "J. Smith|M. García|A. Kowalski|P. O'Toole|R. Müller",
    "couples": "John & Mary Smith|Peter and Jane Doe|Carlos & Ana Lopez|Tom & Sue Baker|Bob and Linda Belcher",
    "lists": "John Smith; Mary Jones|Peter Parker, Tony Stark, Bruce Banner|Ann Lee; Bob Ray|Tim Cook|Lisa Su",
    "numbered": "Abdul218 Harris789|Maria750 Lopez123|Jonathan639 Smith67|Grover43 Keeling57|Taina288 Welch179",
}

NOT_PEOPLE = {
    "cities": "New York|Los Angeles|Chicago|Houston|Phoenix|Philadelphia|San Antonio|San Diego|Dallas|San Jose",
    "cities that are names": "Paris|Florence|Victoria|Sydney|Lincoln",
    "cities of two words": "Baton Rouge|Fort Wayne|Colorado Springs|Saint Paul|Virginia Beach",
    "small cities": "Gary|Aurora|Elgin|Joliet|Naperville|Evanston|Cicero|Skokie|Palatine|Wheaton",
    "german cities": "Augsburg|Bamberg|Würzburg|Frankenthal|Landau|Kaiserslautern|Speyer|Bad Homburg|Rosenheim",
    "italian towns": "San Marino|Monza|Pavia|Lodi|Carrara|Massa|Marina di Ravenna|Santa Lucia|Villa San Giovanni",
    "countries": "Georgia|Jordan|Chad|Israel|Cuba|Kenya|India|Malta|Peru|Mali",
    "companies": "Johnson & Johnson|Morgan Stanley|Wells Fargo|Goldman Sachs|Ernst & Young|Charles Schwab",
    "made-up companies": "Smith and Sons|Garcia LLC|Brown, White and Green|Miller Group|Jones-Davis Inc|Williams PLC",
    "cars": "Ford|Tesla|Toyota|Honda|Mercedes",
    "brands": "Baker Hughes|Ralph Lauren|Calvin Klein|Dr Pepper|Jack Daniels|Tiffany & Co|Estee Lauder|Hugo Boss",
    "products": "Red Widget|Blue Chair|Large Coffee Mug|Wireless Mouse|USB Cable",
    "food": "Virginia Ham|Earl Grey Tea|Granny Smith Apple|Alice Band|Lazy Susan",
    "colours": "Red|Rose|Violet|Olive|Amber",
    "colours of two words": "Alice Blue|Rosy Brown|Dark Olive|Navy|Royal Blue",
    "diseases": "Parkinson Disease|Crohn Disease|Hodgkin Lymphoma|Down Syndrome|Addison Disease",
    "species": "Rosa canina|Quercus robur|Felis catus|Canis lupus|Bellis perennis",
    "animals": "Black Bear|Gray Wolf|Bald Eagle|Snow Goose|Barn Owl",
    "penguins": "Adelie|Gentoo|Chinstrap",
    "teams": "Manchester United|Real Madrid|Chicago Bulls|Boston Celtics|Green Bay Packers",
    "clubs": "Arsenal|Chelsea|Everton|Fulham|Burnley",
    "streets": "Martin Luther King Blvd|Washington Street|Jefferson Avenue|Madison Ave|Lincoln Road",
    "streets abroad": "Rue Victor Hugo|Avenue Jean Jaurès|Via Giuseppe Garibaldi|Calle Simón Bolívar|Goethestraße",
    "schools": "Lincoln High School|Thomas Jefferson Elementary|St. Mary School|John Adams Middle School",
    "weekdays": "Monday|Tuesday|Wednesday|Thursday|Friday",
    "months": "April|May|June|August|January",
    "songs": "Billie Jean|Hey Jude|Eleanor Rigby|Roxanne|Bohemian Rhapsody|Purple Rain|Sweet Caroline",
    "films": "Forrest Gump|Jerry Maguire|The Godfather|Pulp Fiction|Titanic|Annie Hall|Rain Man|The Matrix",
    "races": "White|Black|Asian|Brown|Other",
    "jobs": "Software Engineer|Nurse|Accountant|Sales Manager|Teacher",
    "ships": "Queen Mary|King George|Santa Maria|Lady Elizabeth|Prince William",
    "hotels": "Hilton|Marriott|Hyatt|Ritz Carlton|Holiday Inn",
    "counties": "Orange County|Cook County|Jackson County|Wayne County|King County",
    "states": "Virginia|Georgia|Carolina|Dakota|Montana",
    "languages": "English|German|French|Irish|Roman",
    "departments": "Marketing|Sales|Finance|Legal|Human Resources",
    "chinese cities": "北京|上海|广州|深圳|天津",
    "chinese words": "高级|黄色|白色|时间|方法",
    "korean words": "서울|부산|안녕|학교|사랑",
    "sentences": "The patient was seen today|Follow up in two weeks|Referred to Dr Smith|No complaints",
    "wines": "Pinot Noir|Cabernet Sauvignon|Merlot|Chardonnay|Riesling",
    "beers": "Samuel Adams|Stella Artois|Sierra Nevada|Blue Moon|Corona Extra",
    "rivers": "Mississippi|Hudson River|Snake River|Red River|Jordan River",
    "bands": "Pink Floyd|Iron Maiden|Led Zeppelin|Black Sabbath|Deep Purple",
    "grades": "Hepatitis B|Vitamin C|Type A|Plan B|Grade A",
    "words": "high|low|medium",
}


@pytest.mark.parametrize("kind", PEOPLE)
def test_a_column_of_full_names_is_known_without_a_header(kind: str) -> None:
    sign = names(PEOPLE[kind].split("|"))["PERSON"]
    assert sign.weight == "names.full"
    assert sign.strength >= 0.6


@pytest.mark.parametrize("kind", NOT_PEOPLE)
def test_a_column_of_other_things_has_no_strong_names(kind: str) -> None:
    found = names(NOT_PEOPLE[kind].split("|"))
    assert [entity for entity, sign in found.items() if sign.weight in STRONG] == []


@pytest.mark.parametrize("kind", ["cities", "countries", "companies", "products", "jobs", "weekdays", "counties"])
def test_plain_other_things_speak_against_all_three(kind: str) -> None:
    found = names(NOT_PEOPLE[kind].split("|"))
    assert {entity: sign.weight for entity, sign in found.items()} == dict.fromkeys(
        ("PERSON", "FIRST_NAME", "LAST_NAME"), "names.none"
    )


LOCALES = "en_US en_GB en_IN de_DE fr_FR es_ES es_MX it_IT pt_BR nl_NL pl_PL sv_SE ru_RU uk_UA el_GR he_IL ar_AA zh_CN"


@pytest.mark.parametrize("locale", [*LOCALES.split(), "ja_JP", "ko_KR", "th_TH", "hi_IN", "tr_TR", "cs_CZ", "ro_RO"])
def test_names_of_many_locales(locale: str) -> None:
    faker = Faker(locale, use_weighting=False)
    faker.seed_instance(5)
    for number in (5, 50):
        found = names(faker.name() for _ in range(number))
        assert found["PERSON"].weight == "names.full"


def test_two_thousand_names() -> None:
    faker = Faker(["en_US", "de_DE", "fr_FR"])
    faker.seed_instance(6)
    sign = names(faker.name() for _ in range(2000))["PERSON"]
    assert sign.weight == "names.full"
    assert sign.n_tested <= 1500
    assert sign.n_hit >= 0.95 * sign.n_tested


@pytest.mark.parametrize("kind", ["company", "street_name", "city", "color_name", "job", "catch_phrase"])
def test_two_hundred_other_things(kind: str) -> None:
    faker = Faker("en_US", use_weighting=False)
    faker.seed_instance(7)
    found = names(str(getattr(faker, kind)()) for _ in range(200))
    assert all(sign.weight not in STRONG for sign in found.values())


@pytest.mark.parametrize(
    "values",
    ["James|Mary|Robert|Patricia|Linda", "Aisha|Mohammed|Yusuf|Zainab|Khadija", "Emma|Liam|Olivia|Noah|Ava|Sophia"],
)
def test_first_names(values: str) -> None:
    found = names(values.split("|"))
    assert found["FIRST_NAME"].weight == "names.one"
    assert found["FIRST_NAME"].strength >= 0.8


def test_two_first_names_in_a_cell_are_first_names() -> None:
    found = names(["Mary Ann", "Juan Carlos", "Jean-Pierre", "Anne Marie", "José Luis"])
    assert found["FIRST_NAME"].weight == "names.one"
    assert found["PERSON"].weight == "names.some"


def test_two_surnames_in_a_cell_are_surnames() -> None:
    found = names(["García López", "Pérez Ruiz", "Fernández Gil", "Hernández Díaz", "Gómez Sanz"])
    assert found["LAST_NAME"].weight == "names.one"
    assert "PERSON" not in found or found["PERSON"].weight == "names.some"


def test_last_names() -> None:
    found = names(["Hernández", "Kowalski", "Schneider", "Nakamura", "Petrenko"])
    assert found["LAST_NAME"].weight == "names.one"
    assert "FIRST_NAME" not in found


def test_both_genders_of_a_slavic_surname() -> None:
    for values in ("Kowalska|Wiśniewska|Kamińska|Lewandowska", "Kowalski|Wiśniewski|Kamiński|Lewandowski"):
        assert names(values.split("|"))["LAST_NAME"].weight == "names.one"


def test_ambiguous_one_word_names_need_a_header() -> None:
    values = ["Paris", "Austin", "Jordan", "Sofia", "Georgia"]
    assert all(sign.weight not in STRONG for sign in names(values).values())
    assert names(values, "FIRST_NAME")["FIRST_NAME"].weight == "names.some"


def test_three_of_five_is_some() -> None:
    found = names(["John Smith", "Mary Jones", "Bob Miller", "ACME Corp", "Blue Widget"])
    assert found["PERSON"].weight == "names.some"


def test_fewer_values_say_less() -> None:
    everyone = PEOPLE["us"].split("|")
    strengths = [names(everyone[:number])["PERSON"].strength for number in (1, 2, 3, 5)]
    assert strengths == sorted(strengths)
    assert strengths[0] <= 0.5


def test_other_and_unknown_are_not_counted() -> None:
    found = names(["John Smith", "Mary Jones", "Bob Miller", "Other", "Not available"])
    assert found["PERSON"].weight == "names.full"


def test_numbers_and_empty_columns_say_nothing() -> None:
    for values in (["1", "2", "3"], [], ["1.5", "2.5"], ["yes", "no"]):
        assert names(values) == {}


GENDER, MARITAL = "GENDER", "MARITAL_STATUS"
CLOSED = [
    (GENDER, "M|F"),
    (GENDER, "m|w|d"),
    (GENDER, "Male|Female|Other"),
    (GENDER, "männlich|weiblich|divers"),
    (GENDER, "hombre|mujer"),
    (GENDER, "man|woman|non-binary|prefer not to say"),
    (GENDER, "мужской|женский"),
    (GENDER, "1 - Male|2 - Female"),
    (MARITAL, "Married|Single|Divorced|Widowed"),
    (MARITAL, "ledig|verheiratet|geschieden"),
    (MARITAL, "soltero(a)|casado(a)|viudo(a)"),
    (MARITAL, "Never-married|Married-civ-spouse|Divorced"),
    ("ETHNIC_GROUP", "White|Black|Asian|Hispanic|Other"),
    ("ETHNIC_GROUP", "White British|Black African|Pakistani|Any other Asian background"),
    ("RELIGION", "Catholic|Muslim|Hindu|None"),
    ("RELIGION", "evangelisch|römisch-katholisch|konfessionslos"),
    ("NATIONALITY", "German|American|Brazilian|Nigerian"),
    ("COUNTRY", "Germany|France|Italy|Spain|Peru"),
    ("COUNTRY", "Deutschland|Österreich|Schweiz|Polen"),
    ("COUNTRY", "DEU|FRA|ITA|ESP|PER"),
    ("REGION", "California|Texas|New York|Florida|Ohio"),
    ("REGION", "Bayern|Hessen|Nordrhein-Westfalen|Baden-Württemberg"),
    ("REGION", "Kerala|Tamil Nadu|Punjab|Gujarat"),
    ("SPOKEN_LANGUAGE", "English|Hindi|Swahili|Tagalog|French"),
    ("SPOKEN_LANGUAGE", "English, French|Swahili|Arabic; English|Amharic"),
    ("EDUCATION_LEVEL", "Bachelors|HS-grad|11th|Masters|Some-college"),
    ("EDUCATION_LEVEL", "Primary school|High school|Bachelor's degree|PhD"),
    ("EDUCATION_LEVEL", "Abitur|Realschule|Hauptschulabschluss"),
    ("OCCUPATION", "Software Engineer|Data Analyst|Senior Nurse|HR Manager|Teacher, primary"),
    ("OCCUPATION", "Krankenpflegerin|Maschinenbauingenieur|Lehrer|Softwareentwickler"),
    ("OCCUPATION", "agricultor|profesora|enfermera|ama de casa"),
    ("ORGANIZATION", "Acme Corp|Foo Inc|Siemens AG|Müller GmbH & Co. KG|Bar Ltd"),
    ("ORGANIZATION", "UNHCR|WFP|Save the Children|OCHA"),
    ("CITY", "London|Paris|Nairobi|Berlin|Tokyo"),
    ("CITY", "Lyon, France|Nairobi, Kenya|Lima, Peru"),
    ("COUNTY", "Cook County|Orange County|Kings County"),
    ("POLITICS", "Democrat|Republican|Independent"),
    ("SEXUALITY", "heterosexual|gay|bisexual"),
    ("DISABILITY", "Visual impairment|Hearing impairment|Mobility impairment"),
    ("PROTECTION_GROUP", "refugee|IDP|host community|returnee"),
    ("BLOOD_TYPE", "A+|O-|AB+|B+"),
    ("BLOOD_TYPE", "A Positive|O Negative|AB Positive"),
    ("DIAGNOSIS", "Type 2 diabetes|Asthma|Acute bronchitis|Osteoarthritis of knee|Hepatitis B"),
    ("DIAGNOSIS", "Enfermedad renal crónica|Diabetes mellitus|Insuficiencia cardíaca"),
    ("MEDICATION", "Metformin 500mg|Lisinopril 10 mg|Atorvastatin|Amoxicillin 250 mg capsule"),
    ("PROCEDURE", "Appendectomy|MRI of brain|Colonoscopy|Knee arthroplasty"),
    ("HEALTH", "never smoked|formerly smoked|smokes|Unknown"),
    ("CRIMINAL_RECORD", "Burglary|Robbery|Aggravated assault"),
]


@pytest.mark.parametrize(("entity", "values"), CLOSED)
def test_a_closed_list_is_known_without_a_header(entity: str, values: str) -> None:
    found = labels(values.split("|"))
    assert found[entity].weight == "labels.all"
    assert found[entity].strength == max(sign.strength for sign in found.values() if sign.weight == "labels.all")


OPEN = ["W|D|L", "A|B|C|F", "low|medium|high", "yes|no", "Monday|Tuesday", "Widget A|Widget B|Gadget Pro"]
OPEN += [
    "Smith|Jones|Wilson|Baker",
    "pending|shipped|returned",
    "0|1",
    "1|2|3",
    "1.5|2.25",
    "x1|x2|x3",
    "red|blue|green",
]


@pytest.mark.parametrize("values", OPEN)
def test_other_lists_are_in_no_closed_list(values: str) -> None:
    assert "labels.all" not in [sign.weight for sign in labels(values.split("|")).values()]


@pytest.mark.parametrize(
    ("entity", "values"),
    [("REGION", "CA|TX|NY|FL|WA"), ("COUNTRY", "DE|FR|IT|ES|PE"), ("SPOKEN_LANGUAGE", "en|de|fr|es")],
)
def test_short_codes_are_weak_without_a_header(entity: str, values: str) -> None:
    assert labels(values.split("|"))[entity].weight == "labels.some"
    assert labels(values.split("|"), entity)[entity].weight == "labels.all"


@pytest.mark.parametrize(
    ("entity", "values"), [(MARITAL, "S|M|D|W"), ("ETHNIC_GROUP", "W|B|H|A"), ("BLOOD_TYPE", "A|B|O"), (GENDER, "V|M")]
)
def test_single_letters_need_a_header(entity: str, values: str) -> None:
    assert entity not in labels(values.split("|"))
    assert labels(values.split("|"), entity)[entity].weight == "labels.all"


def test_numbers_of_a_gender_need_a_header() -> None:
    assert labels(["1", "2"]) == {}
    assert labels(["1", "2"], GENDER)[GENDER].weight == "labels.some"
    assert labels(["1", "7"], GENDER) == {}


def test_white_and_black_alone_are_colours() -> None:
    assert "labels.all" not in [sign.weight for sign in labels(["White", "Black", "Red", "Blue"]).values()]


def test_words_of_two_lists_need_a_header() -> None:
    values = ["English", "French", "German"]
    assert {sign.weight for sign in labels(values).values()} == {"labels.some"}
    assert labels(values, "SPOKEN_LANGUAGE")["SPOKEN_LANGUAGE"].weight == "labels.all"
    assert labels(values, "NATIONALITY")["NATIONALITY"].weight == "labels.all"


def test_one_value_is_some() -> None:
    assert labels(["Germany", "Germany"])["COUNTRY"].weight == "labels.some"


def test_signs_name_entities_and_no_cell() -> None:
    for values in [*PEOPLE.values(), *NOT_PEOPLE.values(), *(values for _, values in CLOSED)]:
        view = column(values.split("|"))
        for sign in [*name_signs(view, headed=frozenset()), *label_signs(view, headed=frozenset())]:
            assert sign.entity in ENTITIES
            assert 0.0 <= sign.strength <= 1.0
            assert 0 <= sign.n_hit <= sign.n_tested
            assert sign.rule.lower() not in values.lower()


def test_many_values_cost_little() -> None:
    view = column(f"{first} {last}" for first in PEOPLE["us"] for last in range(2000))
    names(["Ann"])
    labels(["Ann"])
    start = time.process_time()
    name_signs(view, headed=frozenset())
    label_signs(view, headed=frozenset())
    assert time.process_time() - start < 1.0


def test_a_header_is_doubted_when_its_list_holds_no_value() -> None:
    programs = profile(["Python", "C++", "Jupyter Notebook", "JavaScript"], max_cells=100, exhaustive=False)
    found = label_signs(programs, headed=frozenset(["SPOKEN_LANGUAGE"]))
    assert [(sign.entity, sign.weight, sign.rule) for sign in found] == [
        ("SPOKEN_LANGUAGE", "fit.cannot", "none_listed")
    ]
    spoken = profile(["en", "en-gb", "pt", "ja"], max_cells=100, exhaustive=False)
    assert {sign.weight for sign in label_signs(spoken, headed=frozenset(["SPOKEN_LANGUAGE"]))} == {"labels.all"}


def test_first_words_count_where_the_header_asks() -> None:
    cells = ["agnosticism and very serious about it", "atheism and laughing about it", "christianity"]
    view = profile(cells, max_cells=100, exhaustive=False)
    assert "labels.all" in {sign.weight for sign in label_signs(view, headed=frozenset(["RELIGION"]))}
    assert "labels.all" not in {sign.weight for sign in label_signs(view, headed=frozenset())}


def test_firms_are_told_by_forms_of_two_letters() -> None:
    lists = label_lists()
    for firm in ("BASF SE", "Nestlé S.A.", "PT Pertamina", "ACCIONA S.L.U.", "Warner Bros. Pictures"):
        assert entities_by_words(firm, lists) == ("ORGANIZATION",), firm
    assert entities_by_words("Rosa Se Lee", lists) == ()


def test_names_are_read_beside_pictures_and_in_lists() -> None:
    cells = ["Donald J. Trump ✈", "⭐ Maria Garcia", "['Ann Lee', 'John Smith']", "Emma Watson", "Unknown collector"]
    found = name_signs(profile(cells, max_cells=100, exhaustive=False), headed=frozenset())
    assert ("PERSON", "names.full") in {(sign.entity, sign.weight) for sign in found}
