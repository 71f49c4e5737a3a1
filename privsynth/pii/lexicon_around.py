"""Words around the telling ones: amounts, kinds, flags, things, and words that say nothing."""

from __future__ import annotations

# Concepts of their own ("marital status", "blood type") that deny when nothing else takes them: concept, kind: words.
QUALIFIERS = """
status %kind: setting settings status statuses stat stats sts etat stato estatus statut statuto estatuto
type %kind: type types typ tipo tipos tipe tipi typu tyyppi
group %kind: group groups grp gruppe grupo groupe gruppo gruppen
level %kind: level levels lvl niveau nivel livello
rate %count: rate rates
amount %amount: amount amounts amt betrag montant importe monto importo bedrag valor
history %kind: history
version %kind: version versions
problem %kind: problem problems
score %count: scr score scores scoring rating ratings puntaje punteggio punkte bewertung
limit %amount: limit limite
population %count: population populations
source %kind: source sources quelle fuente fonte
make %kind: os mdl modelo modele modell modello modelos programming currency currencies ccy model models brand brands app apps software
  browser campaign template templates file files domain domains
result %kind: result results
"""

COUNTS = """
lanes logins tokens saves stars
thickness diameter speed
calls battery ouverture opening openings apertura birthorder per births deaths count counts cnt cnts total totals sum avg average mean
median std stddev stdev variance min max minimum maximum ratio
ratios percent percentage pct perc share proportion frequency freq len length chars width depth qty quantity quantities volume vol size
sizes anzahl menge cantidad quantite quantita quantidade aantal ilosc liczba antal antall pocet lkm jumlah adet sayisi rank ranking
percentile quantile decile zscore density growth diff difference delta change changed log sqrt norm normalized scaled
"""

UNITS = """
hours hour hrs minutes mins minute seconds secs days weeks leadtime waittime waitingtime cycletime elapsedtime responsetime traveltime
processingtime wait waiting lasting minutos minuten
kilometer duration dauer duree duracion durata elapsed interval latency delay kg km cm ms
usd eur pounds lbs meters points views clicks likes followers shares usage load capacity yield temperature temp humidity metre metres
"""

MORE = """
bmi bp sbp dbp systolic diastolic cholesterol cholesterin chol hdl ldl triglycerides glucose gluc glycemia glycemie glucosa glukose
blutzucker hba hbac haemoglobin hemoglobin hgb emoglobina hamoglobin haematocrit hematocrit platelet platelets wbc rbc creatinine
serumcreatinine creat kreatinin creatinina egfr bilirubin albumin ferritin troponin spo pulse heartrate restingheartrate bloodpressure
trestbps vital vitals waist eosinophils lymphocytes neutrophils leukocytes cholesterollevel bloodsugar bloodglucose potassium sodium
calcium urea uric plasma serum
strength complexity entropy accuracy similarity distance probability prob likelihood confidence
"""

AMOUNTS = """
price prices priced cost costs fee fees fare fares tip tips preis prix prezzo prijs precio preco kwota cena hinta pris belopp fiyat tutar
harga revenue profit turnover discount surcharge toll tolls budget cogs premium deductible
"""

KINDS = """
diagnostictrouble troublecode isbn isbns ean eans upc upcs gtin gtins sku skus asin barcode barcodes loinc loinccode itemcode partcode
partnumber materialcode
materialnumber articlenumber artikelnummer productcode stockcode rgb hex hexcode exitcode errorcode statuscode responsecode httpcode
commit commits revision revisions git checksum checksums sha useragent useragents useragentfamily doseform dosageform doseforms error
errors http exit trouble ticker kind kinds categoria kategorie categorie category categories cat stage phase grade tier format formats
method methods mode preference
preferences pref prefs quality scheme issuer segment subtype subtypes range band bracket bucket bin standard schema domain domains pattern
mask style channel channels means priority severity
"""

FLAGS = """
flag flags flg opt optin optout opted is has have hat ist isnot hasnt valid invalid missing known unknown present absent active inactive
exists ind indicator bool boolean yn duplicate estimated imputed hidden visible supported matched verification validation eligible
eligibility
"""

# What was done to the thing named: a flag, unless a date is named too.
DONE = """
vrf vrfd cnsnt agree agreed einwilligung einwilligungen zustimmung consentement consentimiento consenso consentimento toestemming acepta
aceptado acepto verified available consent consented enabled activated sent provided required requested accepted subscribed confirmed
bounced blocked
allowed
"""

THINGS = """
thread process port ports filename hostname classname tablename columnname namespace codename varname fieldname servername
computername filepath productname itemname brandname teamname eventname stationname scientificname speciesname projectname taskname
modelname nameplate timezone timezones product products prod store stores shop shops department departments dept ward
wards item items model models branch files file path directory folder team teams game games song songs movie movies
film films brand brands site sites station stations sensor sensors machine machines campaign campaigns disposition destination
destinations ship ships vessel vessels plant plants protein proteins species specie
color colors colour colours farbe farben couleur couleurs colore colori cores kleur kleuren kolor renk warna hue shade
scientific genus taxon taxa kingdom phylum dataset
datasets table tables column columns field fields db database databases hostnames server servers cluster clusters node nodes repo
repository package packages module modules function functions variable variables course courses stadium venue venues league leagues club
clubs tournament hotel hotels restaurant restaurants airport airports flight flights route routes stop stops recipe recipes ingredient
ingredients food foods dish drink wine beer animal animals dog pet pets breed horse horses bird birds tree trees flower mineral compound
chemical element planet star mountain river lake island park property properties project projects task tasks activity program programs
programme series metric metrics parameter parameters feature features attribute attributes tag tags topic topics keyword keywords genre
album albums track tracks playlist book books journal publication paper papers article articles page pages section sections chapter stock
stocks symbol asset app apps software os browser engine equipment tool part parts component components material materials
subcategory service services menu skill skills exam quiz crop crops variety varieties cultivar soil mine well wells reservoir pipeline
market markets exchange fund portfolio strategy scenario experiment run batch layer pathway antibody reagent tissue organism strain virus
variant variants isolate video videos season round match competition sport bridge highway platform script schedule workflow queue cuisine
holiday weather warehouse producto productos produkt produkte produit produits artikel articulo prodotto produto towar prodotti magasin
tienda negozio loja winkel laden sklep filiale sucursal abteilung adgroup creative placement promotion coupon offer deal pokemon character
champion hero weapon theme
"""

NEUTRAL = """
us wifi object highest monthly yearly weekly prior intention care in of the de la le du del della delle degli dei der die das des di da
do dos e el los las a an and y i et und en ed van den het een o
ou or for to on at with per im am my your our their his her its you s d l que cual tbl col src stg dim fact fct raw orig original val
value values str txt string varchar char nvarchar int bigint old new tmp final clean cleaned prev previous custom other extra uc lc upper
lower fmt std cln masked encrypted enc what which please enter provide select choose tell indicate write give how does did are were was
will who where when info information attr fld f m current currently permanent real actual own main principal primary secondary preferred
official
"""

# Question and survey words that make "is" and "are" no flags.
ASKING = """
what which how where who whom when are do does did please enter indicate specify cual que quel quelle welche wie qual
"""

# Whole words that would be cut into known ones.
UNCUT = """
placeholder placeholders nothing
message messages page stage average usage package passage postage personage image images mileage mortgage voltage
language languages advantage percentage damage storage village coverage leverage dosage carriage marriage manage
sexton essex surname username classname filename hostname namespace codename tablename nameplate platform latency
description item capital stationery station relation contactless landline homepage homeland dateline cardinality
cardinal candidate validate update updates mandate template estimate climate timeline timezone downtime uptime runtime
overtime sometime lifetime lead leads imaging cellulose addressable emission phoneme cityscape sixage agenda agency
agent agents agendas ageing telemetry celltype nation nations donation termination coordination destination origin
notebook notebooks codebook codebase barcode keyword keywords keyboard monkey turkey donkey landscape island england
"""

# Short words that open a compound (ptname), that close one (custno), and that join its parts (dateofbirth).
FIRST_SHORT = """
pt cust emp pat usr veh ins acc usr tel zip dob ssn mrn ip doc org car txn inv ord std num nom bank src
"""

LAST_SHORT = """
id ids no nr num nbr nm nme dt cd key ref tel dob url sex age add ph cnt amt ssn tin pin zip flg qty
"""

JOINERS = """
of de da di du del der des do s n e the
"""

# Concepts that have a number: "no_telp" is one, "no_rooms" is a count.
NUMBERED = """
person patient phone account document card insurance tax file case event street house zip social security identity
license passport claim mrn record cell contact id national household loan plate vehicle chart clinical history medical
health reference bank professional matricula serial iban driver+license credit key hp employment vin dni nif wallet visa government
citizen device routing pan cc mrn tax+id driver national+id credit+card person+id person+number account+number
"""

# Words that people write by their consonants: number, nmbr.
ABBREVIATED = """
address contact country county customer gender number patient account birth phone street first license client employee
member provider insurance description comment category department diagnosis procedure medication transaction payment
passport vehicle education occupation religion nationality language postal region latitude longitude password surname
middle primary national security company organization hospital student teacher marital identifier reference record
"""

# Concepts that the name of a state's number takes with it: "nhs number", "pesel nr".
OF_NUMBERS = """
id number number? key code card national tax identity document person patient insurance social security name
professional license citizen health medicare reference
"""

# Core words of four and five letters whose letters people swap or double: nmae, emial, phnoe.
SHORT_CORE = """
name names email phone date dates birth first last city town state street code code number address zip gender race
class label notes price salary title group country county region status card bank account user client order
japan china india spain italy chile
"""

# Words that are one letter away from a word of the lexicon and mean something else.
NO_SLIPS = """
accident accidents sending bother drives stated serves finish eating locate preset imagine provides provided dealt denominator denominators
placeholder placeholders northing transform transforms nowhere notable compliant compliance diagnostic diagnostics certificate
certificates ragione permit permits herkunft patent patents police warranty retain feather divers diverse medial prayer prayers medals
planet planets career careers mission
missions station stations martial casual causal county counties contract contact mobility martian salmon salty adverse advice
edition editions addition emails reason season seasons resort deport depart accent accents course source sources trail trails
trial trials train trains brand grand strand angle angles angel metal metals mental dental rental form from factor factors sector
sectors vector vectors motor motors doctor reactor actor tractor parking marking ranking rating ratings dating lasting posting
hosting casting person prison region legion religion union onion option options opinion opinions portion position potion petition
relation relations election elections selection section sections session sessions passion pension tension mansion version vision
division provision stroke strike strikes string strings strong street stress stream streams weight height length strength
batch match patch watch catch latch hatch notice notices novice device advise invoice voice choice policies pattern patterns
statue statute statutes status state estate plant plants plans plane planes place places palace piece pieces price prices prize
prizes pride surgery survey surveys surrey sample simple temple couple couples double trouble stable stables tablet tablets
"""
