"""Columns as they occur in the wild: a header, five cells, what they hold. Written by hand, from no table; no value is a person's.

A line is `entity | header | cell | cell ...`; `-` is no entity; an empty cell is missing. Several entities separated by `/` are all right.
"""

from __future__ import annotations

_LINES = """
RECORD_ID | id | 1 | 2 | 3 | 4 | 5
RECORD_ID | ID | 10382 | 10383 | 10390 | 10412 | 10415
RECORD_ID | _id | 5f8d0d55b54764421b7156d9 | 5f8d0d55b54764421b7156da | 5f8d0d55b54764421b7156db | 5f8d0d55b54764421b7156dc | 5f8d0d55b54764421b7156dd
RECORD_ID | user_id | 8812 | 9120 | 4471 | 3308 | 120
RECORD_ID | OrderID | SO-43659 | SO-43660 | SO-43661 | SO-43662 | SO-43663
RECORD_ID | respondent_id | 1001 | 1002 | 1003 | 1004 | 1005
RECORD_ID/UUID | uuid | 1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed | 9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d | 6c84fb90-12c4-11e1-840d-7b25c5ee775a | 110ec58a-a0f2-4ac4-8393-c866d813b8d1 | 3d813cbb-47fb-32ba-91df-831e1593ac29
RECORD_ID | transaction_no | T00018271 | T00018272 | T00018280 | T00018291 | T00018300
RECORD_ID | Kundennummer | 100234 | 100871 | 101002 | 101229 | 104410
PERSON | name | Jane Cooper | Wade Warren | Esther Howard | Cameron Williamson | Brooklyn Simmons
PERSON | Name | Chidi Okafor | Amara Nwosu | Tunde Bakare | Ngozi Eze | Ifeoma Obi
PERSON | full_name | Sokha Chann | Dara Kim | Bopha Sok | Vannak Chea | Srey Leak
PERSON | author | Smith, J. | Doe, A. B. | Müller, K. | Rossi, G. | Tanaka, H.
PERSON | Nombre y apellidos | María García López | José Luis Fernández | Carmen Ruiz | Antonio Moreno Gil | Lucía Serrano
PERSON | Teacher | Mrs. Patterson | Mr. Gupta | Ms. Lindqvist | Mr. O'Brien | Dr. Feld
PERSON | first_name | Liam | Olivia | Noah | Emma | Ava
PERSON | fname | ANNA | PETER | SVEN | KARIN | LARS
PERSON | lastname | Nguyen | Tran | Le | Pham | Hoang
PERSON | Nachname | Schmidt | Fischer | Weber | Wagner | Becker
PERSON | prenom | Camille | Léa | Hugo | Manon | Jules
PERSON | imie | Katarzyna | Piotr | Agnieszka | Tomasz | Małgorzata
PERSON | patient | John Doe | Mary Major | Richard Roe | Jane Roe | Sam Poe
PERSON | contact person | Ahmed Hassan | Fatima Ali | Omar Farouk | Layla Nasser | Yusuf Ibrahim
PERSON | c3 | Robert Brown | Linda Davis | Michael Wilson | Barbara Moore | William Taylor
PERSON | ФИО | Иванов Иван Иванович | Петрова Анна Сергеевна | Сидоров Алексей Петрович | Смирнова Ольга Викторовна | Кузнецов Дмитрий Андреевич
EMAIL_ADDRESS | email | a.lee@example.com | bob_77@mail.ru | c.d@uni-bonn.de | info@firma.at | x@y.co.jp
EMAIL_ADDRESS | contact | sales@acme.io | help@acme.io | jobs@acme.io | press@acme.io | ceo@acme.io
EMAIL_ADDRESS | Correo | juan@correo.mx | | ana.p@hotmail.com | luis@gmail.com |
EMAIL_ADDRESS | V4 | kim@korea.kr | lee@naver.com | | choi@daum.net | park@snu.ac.kr
PHONE_NUMBER | phone | 555-0143 | 555-0199 | 555-0112 | 555-0108 | 555-0171
PHONE_NUMBER | Tel | +49 30 901820 | 089/1234567 | 040 3344-556 | 0711 22 33 44 | 069-555666
PHONE_NUMBER | mobile | 9876543210 | 9123456780 | 9988776655 | 8899776655 | 7012345678
PHONE_NUMBER | telefone | (11) 98765-4321 | (21) 3344-5566 | (31) 99876-1234 | (41) 3322-1100 | (51) 98111-2222
PHONE_NUMBER | contact_number | 0712345678 | 0722111333 | 0733999888 | 0701234123 | 0799000111
PHONE_NUMBER | fax | (212) 555-0188 | (646) 555-0133 | (718) 555-0125 | (917) 555-0199 | (347) 555-0101
PHONE_NUMBER | c9 | +1-202-555-0114 | +1-202-555-0127 | +1-202-555-0193 | +1-202-555-0150 | +1-202-555-0182
STREET_ADDRESS | address | 1600 Pennsylvania Ave NW | 350 Fifth Avenue | 221B Baker Street | 4059 Mt Lee Dr. | 1 Infinite Loop
STREET_ADDRESS | Adresse | 12 rue de la Paix, 75002 Paris | 5 avenue Foch | 8 bis rue des Lilas | 101 boulevard Voltaire | 3 place Bellecour
STREET_ADDRESS | Straße | Hauptstr. 12 | Bahnhofstraße 3a | Am Markt 7 | Lindenweg 15 | Goethestr. 101
STREET_ADDRESS | direccion | Calle Mayor 5, 2º B | Av. de la Constitución 12 | Plaza España 1 | C/ Alcalá 200 | Paseo de Gracia 43
STREET_ADDRESS | indirizzo | Via Roma 12 | Corso Italia 45 | Piazza Garibaldi 3 | Via Dante 7/A | Viale Europa 22
STREET_ADDRESS | LOCATION_ADDRESS | 400 W MADISON ST | 1201 N CLARK ST | 55 E JACKSON BLVD | 2 N RIVERSIDE PLZ | 3800 S HALSTED ST
STREET_ADDRESS | f8 | 742 Evergreen Terrace | 31 Spooner Street | 124 Conch Street | 633 Stag Trail Road | 84 Rainey Street
POSTAL_CODE | zip | 10001 | 94105 | 60614 | 33139 | 02139
POSTAL_CODE | PLZ | 10115 | 80331 | 20095 | 50667 | 01067
POSTAL_CODE | Postcode | SW1A 1AA | M1 1AE | B33 8TH | CR2 6XH | DN55 1PT
POSTAL_CODE | postal_code | K1A 0B1 | V5K 0A1 | H2X 1Y4 | T2P 5H1 | B3H 4R2
POSTAL_CODE | CEP | 01310-100 | 20040-020 | 30130-010 | 80010-000 | 90010-150
POSTAL_CODE | code_postal | 75001 | 69002 | 13008 | 31000 | 06000
URL | url | https://example.com/a | http://test.org | https://foo.bar/x?y=1 | https://a.b.c | http://www.site.net
URL | website | www.alpha.com | www.beta.org | www.gamma.net | | www.delta.io
URL | image | https://cdn.x.com/1.png | https://cdn.x.com/2.png | https://cdn.x.com/3.png | https://cdn.x.com/4.png | https://cdn.x.com/5.png
IP_ADDRESS | ip | 192.168.1.12 | 10.0.0.254 | 172.16.31.200 | 8.8.8.8 | 203.0.113.77
IP_ADDRESS | src | 203.0.113.9 | 198.51.100.23 | 192.0.2.146 | 203.0.113.201 | 198.51.100.4
IP_ADDRESS | ipv6 | 2001:db8::1 | 2001:db8:0:1::17 | fe80::1ff:fe23:4567:890a | 2001:db8::ff00:42:8329 | ::1
MAC_ADDRESS | mac | 00:1A:2B:3C:4D:5E | 00:1B:44:11:3A:B7 | 3C:22:FB:AA:BB:CC | A4:83:E7:01:02:03 | F0:18:98:10:20:30
GEO_COORDINATES | latitude | 52.5200 | 48.8566 | 51.5074 | 40.7128 | 35.6762
GEO_COORDINATES | lng | 13.4050 | 2.3522 | -0.1278 | -74.0060 | 139.6503
GEO_COORDINATES | coordinates | 52.52, 13.405 | 48.8566, 2.3522 | 51.5074, -0.1278 | 40.7128, -74.006 | 35.6762, 139.6503
GEO_COORDINATES | geom | POINT (13.4 52.5) | POINT (2.35 48.85) | POINT (-0.12 51.5) | POINT (-74 40.7) | POINT (139.6 35.6)
GEO_COORDINATES | Lat | -1.2921 | -4.0435 | 0.5143 | -0.0917 | -1.0333
CREDIT_CARD | card_number | 4111111111111111 | 5500005555555559 | 340000000000009 | 6011000000000004 | 30000000000004
CREDIT_CARD | cc | 4012 8888 8888 1881 | 4222 2222 2222 2 | 5105 1051 0510 5100 | 3782 822463 10005 | 6011 1111 1111 1117
IBAN_CODE | iban | DE89370400440532013000 | GB82WEST12345698765432 | FR1420041010050500013M02606 | NL91ABNA0417164300 | ES9121000418450200051332
IBAN_CODE | x2 | DE89 3704 0044 0532 0130 00 | AT61 1904 3002 3457 3201 | CH93 0076 2011 6238 5295 7 | BE68 5390 0754 7034 | IT60 X054 2811 1010 0000 0123 456
SWIFT_CODE/BANK_CODE | swift | DEUTDEFF | COBADEFFXXX | BNPAFRPP | CHASUS33 | HSBCHKHHHKH
SWIFT_CODE/BANK_CODE | BIC | MARKDEF1100 | GENODEF1S04 | INGDDEFFXXX | PBNKDEFF | SSKMDEMM
PASSPORT/US_PASSPORT | passport_no | C01X00T47 | L8988901C | 912803456 | X1234567 | P0012345
DATE_OF_BIRTH | dob | 1980-03-12 | 1975-11-30 | 1992-07-04 | 2001-01-19 | 1966-09-23
DATE_OF_BIRTH | Date of Birth | 12/03/1980 | 30/11/1975 | 04/07/1992 | 19/01/2001 | 23/09/1966
DATE_OF_BIRTH | geburtsdatum | 12.03.1980 | 30.11.1975 | 04.07.1992 | 19.01.2001 | 23.09.1966
DATE_OF_BIRTH | birth_year | 1980 | 1975 | 1992 | 2001 | 1966
DATE_OF_BIRTH | born | 17 July 1980 | 5 May 1977 | 29 Feb 1984 | 1 Jan 1990 | 12 Dec 1959
DATE_TIME | date | 2020-01-01 | 2020-01-02 | 2020-01-03 | 2020-01-04 | 2020-01-05
DATE_TIME | created_at | 2021-05-03T12:34:56Z | 2021-05-03T12:35:01Z | 2021-05-03T12:36:44Z | 2021-05-03T13:00:00Z | 2021-05-03T13:02:10Z
DATE_TIME | timestamp | 1609459200 | 1609459260 | 1609459320 | 1609459380 | 1609459440
DATE_TIME | Datum | 03.01.2019 | 04.01.2019 | 07.01.2019 | 08.01.2019 | 09.01.2019
AGE | age | 23 | 45 | 67 | 34 | 51
AGE | Alter | 18-25 | 26-35 | 36-45 | 46-55 | 56+
AGE | edad | 34 | 28 | | 51 | 19
GENDER | gender | Male | Female | Female | Male | Other
GENDER | sex | M | F | F | M | M
GENDER | Geschlecht | männlich | weiblich | weiblich | divers | männlich
GENDER | c5 | male | female | male | male | female
GENDER | sexo | Hombre | Mujer | Mujer | Hombre | Mujer
MARITAL_STATUS | marital_status | Married | Single | Divorced | Widowed | Single
MARITAL_STATUS | civil status | single | married | married | widowed | separated
MARITAL_STATUS | familienstand | ledig | verheiratet | geschieden | ledig | verwitwet
ETHNIC_GROUP | race | White | Black or African American | Asian | White | American Indian or Alaska Native
ETHNIC_GROUP | ethnicity | Hispanic or Latino | Not Hispanic or Latino | Unknown | Not Hispanic or Latino | Hispanic or Latino
ETHNIC_GROUP | ethnic_group | Kikuyu | Luo | Luhya | Kalenjin | Kamba
RELIGION | religion | Catholic | Muslim | Hindu | None | Protestant
RELIGION | Konfession | evangelisch | katholisch | ohne | katholisch | islamisch
SPOKEN_LANGUAGE | language | English | Spanish | French | Arabic | Swahili
SPOKEN_LANGUAGE | mother_tongue | Tamil | Hindi | Telugu | Bengali | Marathi
NATIONALITY/COUNTRY | nationality | German | French | Turkish | Polish | Italian
EDUCATION_LEVEL | education | Bachelors | HS-grad | Masters | Some-college | Doctorate
EDUCATION_LEVEL | highest_degree | PhD | MSc | BSc | MSc | BA
EDUCATION_LEVEL | niveau d'études | Licence | Master | Baccalauréat | Doctorat | BTS
OCCUPATION | occupation | Engineer | Teacher | Nurse | Lawyer | Farmer
OCCUPATION | job_title | Senior Software Engineer | Product Manager | Data Analyst | HR Business Partner | Account Executive
OCCUPATION | Beruf | Lehrer | Bäcker | Krankenpfleger | Informatikerin | Kaufmann
OCCUPATION | profession | Médecin | Infirmière | Avocat | Ingénieur | Comptable
ORGANIZATION | company | Acme Corp | Globex Inc. | Initech LLC | Umbrella Corporation | Stark Industries
ORGANIZATION | employer | Google | Siemens AG | General Hospital | City of Boston | Self-employed
ORGANIZATION | organisation | UNICEF | WFP | IFRC | Save the Children | Oxfam
ORGANIZATION | firma | Müller GmbH | Schmidt & Söhne KG | Bau AG | Weber GmbH & Co. KG | Huber OHG
ORGANIZATION | University | University of Oxford | MIT | ETH Zurich | Stanford University | Tsinghua University
DIAGNOSIS | diagnosis | Type 2 diabetes | Hypertension | Asthma | COPD | Pneumonia
DIAGNOSIS | icd10 | E11.9 | I10 | J45.909 | J44.1 | J18.9
DIAGNOSIS | primary_dx | 250.00 | 401.9 | 493.90 | 496 | 486
DIAGNOSIS/HEALTH | condition | Diabetes | Cancer | Obesity | Arthritis | Asthma
MEDICATION | medication | Metformin 500 mg | Lisinopril 10 mg | Atorvastatin | Amoxicillin | Ibuprofen
BLOOD_TYPE | blood_group | A+ | O- | B+ | AB- | O+
DISABILITY | disability | None | Visual impairment | Hearing impairment | Physical | None
PROTECTION_GROUP | displacement_status | IDP | Returnee | Host community | Refugee | IDP
SEXUALITY | sexual_orientation | Heterosexual | Gay | Bisexual | Heterosexual | Lesbian
US_SSN | ssn | 536-90-2399 | 212-09-9999 | 401-55-1234 | 078-05-1120 | 219-09-9998
NATIONAL_ID/BR_CPF | cpf | 529.982.247-25 | 111.444.777-35 | 390.533.447-05 | 453.178.287-91 | 714.287.938-60
NATIONAL_ID/NL_BSN | BSN | 111222333 | 123456782 | 232262536 | 010464554 | 324654982
USERNAME | username | xX_dragon_Xx | jdoe42 | coolcat99 | the_real_bob | n00b
USERNAME | twitter_handle | @jack | @nasa | @potus | @who | @bbc
FINANCES | salary | 54000 | 61000 | 48500 | 75000 | 39000
FINANCES | annual_income | 52000.00 | 18000.50 | 90400.00 | 43120.75 | 61000.00
LICENSE_PLATE/VEHICLE_ID | license_plate | B-MW 1234 | HH-AB 12 | M-XY 999 | K-OE 77 | F-RA 2024
CITY | city | Berlin | Paris | London | Madrid | Rome
CITY | Ort | Mannheim | Erfurt | Passau | Lübeck | Kiel
COUNTRY | country | Germany | France | Kenya | Brazil | Japan
COUNTRY | iso3 | DEU | FRA | KEN | BRA | JPN
REGION | state | CA | NY | TX | FL | WA
FREE_TEXT | comments | Patient reported mild pain after the procedure and was advised to rest. | Follow up in two weeks, call the family if the fever returns. | No complaints today; continue the same medication as before. | Refused treatment and left the clinic against medical advice. | Discussed the results at length with the patient and her daughter.
FREE_TEXT | review | Great product, would absolutely buy it again for my mother. | The delivery took far too long and nobody answered my calls. | It is fine for the price, but do not expect miracles from it. | Broke after two days; very disappointed with the whole thing. | Love it, the colour is exactly as it was shown in the picture.
- | product_name | Widget A | Gadget Pro | Super Lamp | Mega Blender | Eco Bottle
- | price | 12.99 | 5.49 | 100.00 | 23.50 | 7.95
- | quantity | 1 | 5 | 12 | 3 | 7
- | status | active | inactive | active | pending | active
- | temperature | 21.4 | 22.0 | 19.8 | 20.1 | 23.3
- | species | setosa | versicolor | virginica | setosa | virginica
- | title | The Godfather | Pulp Fiction | Casablanca | Jaws | Alien
- | team | Red Sox | Yankees | Dodgers | Cubs | Mets
- | version | 1.2.3 | 1.2.4 | 2.0.0 | 2.1.0 | 3.0.0-rc1
- | color | red | blue | green | yellow | black
- | category | Electronics | Toys | Books | Garden | Sports
- | score | 87 | 92 | 75 | 66 | 99
- | class | A | B | A | C | B
- | x | 0.123 | 1.442 | -0.331 | 2.010 | 0.998
- | count | 10 | 20 | 30 | 40 | 50
- | file_name | a.txt | b.csv | c.png | report.pdf | notes.md
- | gene | BRCA1 | TP53 | EGFR | MYC | KRAS
- | currency | USD | EUR | GBP | JPY | CHF
- | email_opt_in | true | false | true | true | false
- | card_type | visa | mastercard | amex | visa | visa
- | phone_model | iPhone 12 | Galaxy S21 | Pixel 6 | iPhone 13 | Xperia 5
- | n_visits | 3 | 1 | 0 | 2 | 8
- | unit | kg | g | l | ml | pcs
- | year | 1999 | 2005 | 2010 | 2015 | 2020
- | month | January | February | March | April | May
- | sepal_length | 5.1 | 4.9 | 4.7 | 4.6 | 5.0
- | genre | Rock | Jazz | Pop | Classical | Metal
- | brand | Nike | Adidas | Puma | Reebok | Asics
- | sku | AB-1234 | AB-1235 | CD-2211 | EF-9981 | GH-0012
- | barcode | 4006381333931 | 4012345678901 | 5901234123457 | 8711253001202 | 9780201379624
- | loinc | 718-7 | 2345-7 | 4548-4 | 2160-0 | 777-3
- | hex | #ff0000 | #00ff00 | #0000ff | #ffffff | #000000
- | commit | 9fceb02d0ae598e95dc970b74767f19372d61af8 | e83c5163316f89bfbde7d9ab23ca2e25604af290 | 1d8f2c5a7f5b3c3c2f1f0b9c5b1a3a1d2e4f6a7b | 0a1b2c3d4e5f60718293a4b5c6d7e8f901234567 | ffeeddccbbaa99887766554433221100aabbccdd
- | is_active | 0 | 1 | 1 | 0 | 1
- | result | W | D | L | W | W
- | rating | 4.5 | 3.0 | 5.0 | 2.5 | 4.0
- | Position | 1 | 2 | 3 | 4 | 5
- | Menge | 12 | 4 | 7 | 1 | 30
- | betrag | 1.234,50 | 99,00 | 12,75 | 5.000,00 | 0,99
- | department | Sales | Engineering | HR | Finance | Legal
- | size | S | M | L | XL | M
- | description | Blue cotton shirt | Red wool scarf | Leather belt | Silk tie | Denim jacket
- | hashtag | #love | #instagood | #fashion | #photo | #art
- | weight_kg | 70.2 | 81.5 | 55.0 | 62.3 | 90.1
- | stage | I | II | III | I | IV
- | c7 | 0 | 1 | 0 | 0 | 1
- | V12 | -0.617 | 1.065 | 0.066 | 0.178 | 0.538
-/RECORD_ID | Unnamed: 0 | 0 | 1 | 2 | 3 | 4
"""


def wild_columns() -> list[tuple[str, list[str | None], tuple[str | None, ...]]]:
    """Return header, five cells, and the entities that are right (None is no entity)."""
    found = []
    for line in _LINES.strip().splitlines():
        entity, header, *cells = (part.strip() for part in line.split("|"))
        right = tuple(None if each == "-" else each for each in entity.split("/"))
        found.append((header, [cell or None for cell in cells], right))
    return found
