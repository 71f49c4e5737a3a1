"""What sets of concepts say: entity, strength, sets.

A set is concepts joined by ``+``; ``=`` before it asks that the header says nothing else. Each concept of a header serves the
longest set that it fits in; an entity ``-`` means that these words name no entity.
"""

from __future__ import annotations

RULES = """
PERSON strong: full+name patient+name relative+name professional+name contact+name contact+person relative+contact full+name+person
PERSON strong: first+last+name first+last+name+person alias+name insurance+person+name household+name account+person+name card+name
  card+person+name account+name+person card+person
PERSON fair: relative+person account+professional =professional professional+full initials author+by by+happened by+professional name+by
  =relative professional+event+name event+name+person event+name+professional notes+professional prose+professional notes+person
  prose+person
- fair: insurance+name name+make
ORGANIZATION fair: insurance+professional
PERSON fair: person+name name+driver home+name personal+name
PERSON ambiguous: =name =name+number =name+code =person =patient alias =full name?+last driver+person
PERSON weak: name contact relative+event professional by+event
FIRST_NAME strong: first+name middle+name middle+initials first+initials first+name+person first+name+patient first+name+professional
  first+name+relative first+contact+name
FIRST_NAME fair: first+contact first+person first+patient
FIRST_NAME ambiguous: =first =middle
LAST_NAME strong: last+name last+name+person last+name+patient last+name+professional last+name+relative last+contact+name birth+name
LAST_NAME fair: last+contact last+person last+patient last+name+full
LAST_NAME fair: =ln ln+person ln+patient
FIRST_NAME fair: =fn fn+person fn+patient
STREET_ADDRESS strong: address+ln ln+street
LAST_NAME ambiguous: =last
GENDER weak: salutation
EMAIL_ADDRESS strong: email email+address mail+address electronic+mail email+id email+contact electronic+address mail+person email+number
  email+code mail+id
EMAIL_ADDRESS fair: mail mail+contact
PHONE_NUMBER strong: phone phone+number contact+number cell+number phone+cell contact+phone contact+phone+number contact+phone+id
  phone+contact+person home+number
PHONE_NUMBER strong: ph+number ph+person ph+home ph+contact cell+person cell+home cell+contact
PHONE_NUMBER strong: hp+number hp+contact hp+person
PHONE_NUMBER ambiguous: =cell
PHONE_NUMBER weak: contact =ph cell =hp
RECORD_ID ambiguous: event+number event+reference =pid
RECORD_ID fair: patient+pid person+pid
- fair: email+happened phone+happened ip+class ip+target
- strong: thing+code
- strong: phone+calling phone+calling+code country+calling+code phone+country+code phone+area+code area+code
STREET_ADDRESS strong: address address+line street street+name street+number house+number address+street address+house street+house
  street+house+number address+name address+residence dwelling+number house+street+name dwelling+house house house+name
STREET_ADDRESS fair: =streetmaybe streetmaybe+number streetmaybe+name streetmaybe+house dwelling+address
STREET_ADDRESS weak: dwelling residence =streetmaybe+person city? line streetmaybe
URL strong: url username+url web+address web+link url+address url+link web+url profile+link social+network+link url+social+network
URL fair: link =web
IP_ADDRESS strong: ip+source ip+source+address ip ip+address remote+address ip+number
MAC_ADDRESS strong: mac+address mac+id
MAC_ADDRESS fair: =mac device+mac mac
USERNAME strong: username handle+username username+social username+name alias+username handle+name username+person username+id
  name+username
USERNAME fair: person+name username+social+network social+network
PASSWORD strong: password password+hash api+key api+token key+password token+password password+person
PASSWORD fair: token token+id
PASSWORD ambiguous: =pin pin
DEVICE_ID strong: device+id device+number device+key device+serial device+serial+number device+uuid advertising+id
DEVICE_ID fair: serial+number =serial device+code serial+id
DEVICE_ID strong: device+phone+id device+phone phone+serial phone+serial+number device+token push+token device+phone+number
  device+push+token advertising+phone+id
DEVICE_ID weak: device serial
IMEI strong: imei imei+number
RECORD_ID strong: person+id person+number person+key household+id household+number relative+id professional+id professional+number
  person+reference patient+key patient+reference professional+key professional+code record+id record+number household+key
RECORD_ID strong: case+number case+id file+number case+reference person+hash person+person+id person+file+number case+file+number
  event+person+id person+record person+record+id
NATIONAL_ID fair: =id+number id+number+person
RECORD_ID fair: person+source patient+source event+source source+professional
RECORD_ID strong: subject+id subject+number subject+key subject+code person+subject+id
RECORD_ID fair: response+id response+number =id =id+number =id+name id+hash event+id event+key
  event+record+id reference+number reference+id =id+key =id+code key+id row+id file =matricula matricula+number matricula+person notes+id
  prose+id username+number identity+person source+person+id event+hash id+code name+id
RECORD_ID ambiguous: person+code event+code id record person+index patient+index household =case =reference =key =key+number =key+code
  key+code =person+matricula id+index reference reference+code key+number =index row+number
RECORD_ID weak: =number index unnamed key thing+id thing+number thing+key organization+id organization+number organization+key
  organization+code =code number =event event row hash city+id region+id country+id county+id =person =patient serial
UUID strong: uuid person+uuid event+uuid patient+uuid household+uuid professional+uuid uuid+id record+uuid id+uuid row+uuid
MEDICAL_RECORD_NUMBER strong: mrn mrn+number mrn+id medical+record medical+record+number medical+record+id patient+id patient+number
  patient+record patient+record+id patient+record+number chart+number chart+id clinical+history clinical+history+number
  organization+number+patient patient+id+number patient+code patient+file+number medical+number mrn+patient health+record+number
  history+number patient+event+id clinical+number medical+file+number
MEDICAL_RECORD_NUMBER fair: chart patient+hash
MEDICAL_RECORD_NUMBER ambiguous: =patient history+patient organization+number
HEALTH_PLAN_NUMBER strong: insurance+number insurance+id insurance+person+id insurance+person+number insurance+card+number insurance+key
  insurance+code health+card+number health+card medical+insurance+number health+insurance+number health+insurance+id insurance+number+code
  patient+insurance+number insurance+person+key health+insurance health+id health+number insurance+reference medicare+number medicare+id
  medicare insurance+matricula health+insurance+card+number
HEALTH_PLAN_NUMBER weak: insurance
CLAIM_NUMBER strong: claim+number claim+id claim+key claim+reference claim+code claim+insurance+number claim+insurance+id
CLAIM_NUMBER ambiguous: =claim
US_MBI strong: medicare+person+id medicare+id medicare+person+number medicare+person+identity medicare+person+identity+number
AU_MEDICARE strong: medicare+card medicare+card+number
HEALTH_PLAN_NUMBER strong: medicare+card medicare+card+number
US_NPI strong: professional+national+identity professional+national+id professional+national+number
MEDICAL_LICENSE strong: medical+license medical+license+number license+professional license+professional+number
HEALTH_PLAN_NUMBER strong: insurance+credit+card health+credit+card medicare+credit+card insurance+credit+card+number
NATIONAL_ID strong: identity+credit+card id+credit+card national+credit+card citizen+credit+card national+id+credit+card
NATIONAL_ID fair: person+id+credit+card
MEDICAL_RECORD_NUMBER strong: organization+patient+id organization+patient+number file+number+patient health+record+number health+record+id
LICENSE_PLATE strong: driver+license+vehicle
MAC_ADDRESS strong: mac+source mac+address+source
BIOMETRIC strong: iris+make biometric+make event+iris
RECORD_ID fair: criminal+id criminal+number
CA_SIN fair: sin+person
USERNAME strong: user+name user+username
USERNAME fair: =user
RECORD_ID strong: user+id user+number user+key user+code user+reference
PERSON fair: =by+%done loan+professional by+event+happened
PHOTO strong: iris+picture
CARD_EXPIRY strong: occasion+credit+card
FREE_TEXT fair: email+prose
LOAN_NUMBER strong: account+id+loan account+key+loan
LOAN_NUMBER ambiguous: credit+number
- strong: phone+thing+name phone+network password+insurance vin+year
CREDIT_CARD strong: card+token credit+card+token
FREE_TEXT fair: case+description phone+prose
FREE_TEXT ambiguous: =observation
CREDIT_CARD strong: credit+card credit+card+number card+number cc+number card+id credit+card+id pan+card+number+credit card+account+number
  bank+card card+bank+number card+pan event+card+number credit+card+hash credit+number+card
CREDIT_CARD fair: =pan pan+number cc
CREDIT_CARD ambiguous: =card card+person
CARD_CODE strong: cardcode cardcode+card card+security+code card+code card+cardcode+credit card+pin security+code cardcode+number
  cardcode+code
CARD_EXPIRY strong: occasion+card card+expiry card+expiry+date cc+expiry credit+card+expiry credit+card+expiry+date cc+expiry+date
  card+expiry+month
  card+expiry+year cc+expiry+month cc+expiry+year credit+card+expiry+month credit+card+expiry+year card+date credit+expiry
CARD_EXPIRY ambiguous: expiry+month expiry+month+year expiry+year
DATE_TIME fair: =expiry expiry+date
IBAN_CODE strong: iban iban+number iban+code iban+account account+number+iban iban+person
ACCOUNT_NUMBER strong: account+number account+id bank+account bank+account+number account+key account+code account+person
  account+person+id account+uuid bank+number bank+account+id account+person+number account+event+number account+bank+person
ACCOUNT_NUMBER fair: account
LOAN_NUMBER strong: loan+number loan+id loan+account+number loan+key loan+account loan+event+number loan+code loan+reference
LOAN_NUMBER weak: =loan
CRYPTO strong: coin+address coin+wallet coin+key coin+wallet+address address+wallet person+wallet coin+account coin+hash coin+id
CRYPTO weak: coin
CRYPTO strong: wallet wallet+address wallet+id wallet+key
ABA_ROUTING_NUMBER strong: routing routing+number routing+bank routing+bank+number routing+code
SWIFT_CODE strong: swift swift+code bankcode+swift swift+bankcode
BANK_CODE strong: bankcode bank+code sort+code bankcode+code bankcode+number bank+key bank+id bank+sort+code
LEI strong: lei lei+code lei+number lei+id
US_SSN strong: ssn social+security social+security+number ssn+number social+number social+security+id
NATIONAL_ID strong: national+id national+number identity+number identity+card identity+card+number identity+document identity+code
  national+identity national+identity+number national+identity+card id+card id+card+number id+document document+id+number
  document+identity+number citizen+id citizen+number identity+person+number national+id+number national+card+number identity+national+id
  identity+id identity+id+number national+document national+id+card government+id ni+number national+insurance+number visa+id
  identity+document+number person+identity+number person+identity+code
NATIONAL_ID strong: personal+identity+number personal+identity+code personal+national+number personal+national+id
  personal+identity+id personal+citizen+number citizen+identity+number event+person+identity+number
NATIONAL_ID fair: personal+number personal+code personal+id personal+identity birth+number personal+key person+identity civil+number
  personal+number+civil personal+tax+number event+personal+number
NATIONAL_ID strong: person+identity+card+number person+identity+card citizen+card citizen+card+number identity+document+national
  document+national+number
NATIONAL_ID strong: dni dni+number dni+identity
TAX_ID fair: nif nif+number nif+id nif+person
ES_NIF fair: nif nif+number nif+id nif+person
CA_SIN strong: sin+number
NATIONAL_ID fair: identity document+number residence+number residence+id visa+number insurance+security+number document+code
  social+insurance+number =document+person
NATIONAL_ID ambiguous: citizen =document =visa =ni
UK_NINO strong: national+insurance+number ni+number national+insurance
CA_SIN strong: social+insurance+number social+insurance
CA_SIN ambiguous: =sin
TAX_ID strong: tax+id tax+number tax+code tax+identity+number tax+identity tax+person+id tax+person+identity+number tax+person+identity
  tax+id+number vat+number vat+id vat+code tax+file+number tax+reference tax+account+number tax+organization+id tax+person+number
  tax+id+person tax+id+code vat+identity+number tax+document
TAX_ID fair: =vat tax+national+id
AU_TFN strong: tax+file+number
DE_TAX_ID strong: tax+identity+number
IN_PAN strong: tax+pan money+tax+pan pan+card pan+number+card pan+person
IN_PAN fair: =pan pan+number
TAX_ID fair: pan+number
PASSPORT strong: passport document+passport+number travel+document travel+document+number passport+number passport+id passport+document
  passport+code passport+person passport+identity
  passport+id+identity
DRIVER_LICENSE strong: driver+license driver+license+number driver+license+id driver+license+code driver+license+person dl+number dl+id
  driver+number
DRIVER_LICENSE ambiguous: =dl =driver+card
LICENSE_NUMBER strong: license+number license+id license+code license+key license+event+number
LICENSE_NUMBER ambiguous: license
LICENSE_PLATE strong: plate vehicle+plate license+plate license+plate+number plate+number vehicle+event vehicle+license
  vehicle+license+number vehicle+event+number vehicle+matricula vehicle+plate+number plate+license+code vehicle+number
VEHICLE_ID strong: vehicle+id vehicle+key vehicle+code
VIN strong: vin vin+number vehicle+identity+number vehicle+serial+number vehicle+vin vin+vehicle+number
BIOMETRIC strong: biometric biometric+id biometric+hash iris+scan biometric+scan
PHOTO strong: photo photo+person profile+picture photo+url person+picture profile+photo person+photo photo+link photo+id
  profile+picture+url
URL strong: profile+picture+url picture+url photo+url picture+link url+photo
URL fair: photo+link
PHOTO weak: picture picture+id
POSTAL_CODE strong: postal+code postal+code+address postal+number zip zip+code zip+number zip+address zip+pin pin+code zip+city zip+name
  zip+pin+code
STREET_ADDRESS strong: address+postal
POSTAL_CODE fair: postal =zip? zip?+address zip?+city zip?+code zip?+person zip?+residence
GEO_COORDINATES strong: geo geo+axis geo+address geo+long geo+city? geo+city
GEO_COORDINATES weak: =axis axis =long city?
CITY strong: city city+name birth+city birth+city? city+code city+birth city+residence city+birth+name city+zip address+city
  city+address+name
CITY fair: =city? city?+name city?+residence residence+city address+city? city?+person
CITY ambiguous: city?+code city+id municipal municipal+name municipal+code municipal+residence municipal+birth
COUNTY ambiguous: municipal municipal+name municipal+code municipal+residence
COUNTY strong: county county+name county+code county+residence address+county county+birth
COUNTY ambiguous: county+id
REGION strong: region region+name region+code region+state region+residence address+region region+birth state+address state+code
  state+name state+residence state+birth state+zip state+country
REGION fair: =state state state+person
REGION ambiguous: region+id state+id
REGION weak: area area+name
- strong: region+health state+health state+event event+state
COUNTRY strong: country country+name country+code birth+country country+residence address+country
COUNTRY fair: =country? country?+birth country?+residence address+country? country?+name country?+code
  country?+person
COUNTRY ambiguous: country+id
DATE_OF_BIRTH strong: birth+date birth+year birth+date+time birth+day birth+timestamp birth+year+month birth+date+city birth+date+year
  birth+date+month
DATE_OF_BIRTH strong: birth+date?
DATE_OF_BIRTH fair: birth birth+month
DATE_TIME strong: death+date date timestamp date+time event+date happened+timestamp date+year
DATE_TIME strong: username+date
DATE_TIME fair: death+year username+time username+timestamp happened date+happened time+event time+happened time+begin begin+date day
  time+day happened+time event+happened date?+event date?+occasion occasion+time date?+death event+begin occasion+happened
  event+time
DATE_TIME ambiguous: date? begin
DATE_TIME weak: =time time
TARGET weak: =death
HEALTH weak: =death death
DATE_TIME weak: year month occasion
AGE strong: age =age? age+year old old+year age+event age+diagnosis age+person age+patient
AGE fair: age?+person age+month
- strong: age+account age+house age+vehicle age+thing age+device age+dwelling age+loan age+organization age+residence
GENDER strong: sex sex+code sex+birth sex+person sex+identity sex+male
GENDER ambiguous: sex+id male
NATIONALITY strong: nationality nationality+code nationality+birth nationality+name nationality+country
MARITAL_STATUS strong: marital marital+status civil+status civil+state marital+state marital+code marital+civil
EDUCATION_LEVEL strong: education education+level education+attainment education+code education+name attainment+level+education
  education+title education+year
OCCUPATION strong: occupation occupation+title occupation+name occupation+code occupation+position person+title position+title
  employment+title occupation+person person+position occupation+thing
OCCUPATION ambiguous: =position
OCCUPATION fair: employment employment+status position+employment position+name position+person
OCCUPATION weak: title position
- strong: title+thing title+event title+prose
ORGANIZATION strong: organization organization+name education+organization+name medical+organization+name name+organization+person
ORGANIZATION fair: organization+occupation education+organization =organization+event
ORGANIZATION weak: organization+id organization+code organization+key organization+number
SPOKEN_LANGUAGE strong: language+relative tongue language+speak native+language relative+tongue language+house language+home =speak
  language+person
SPOKEN_LANGUAGE fair: language language+code speak
- fair: language+status language+make gene+make race+position account+axis
- fair: language+id language+thing language+version
ETHNIC_GROUP strong: race race+group skin+color race+code race+color race+person
ETHNIC_GROUP ambiguous: race+id race+name
- fair: race+event race+year race+time race+thing
RELIGION strong: religion religion+affiliation religion+member religion+code religion+name organization+religion+member
POLITICS strong: politics+vote vote+preference politics politics+affiliation party+affiliation politics+party politics+code
  person+politics politics+name
POLITICS fair: party vote politics+member party+id party+name vote+event
SEXUALITY strong: sexual+orientation sexual sex+orientation
SEXUALITY ambiguous: =orientation
UNION_MEMBERSHIP strong: union+member+affiliation union+person union+member trade+union trade+union+person union+affiliation
UNION_MEMBERSHIP ambiguous: =union
PROTECTION_GROUP strong: protect+group protect+status protection protection+community community+person+protection protection+person
  community+person
PROTECTION_GROUP fair: residence+status visa+status visa+type population+group community+group
PROTECTION_GROUP ambiguous: =community
DISABILITY strong: disability disability+status disability+person disability+code
GENETIC strong: snp snp+id genotype genotype+code gene+diagnosis gene+genotype gene+patient genotype+patient genotype+status gene+status
GENETIC weak: gene
- fair: gene+name gene+id gene+code gene+thing gene+make
BLOOD_TYPE strong: blood+type blood+group blood+code
DIAGNOSIS strong: diagnosis diagnosis+code diagnosis+name death+cause medical+condition health+condition event+diagnosis diagnosis+prose
  death+cause+code diagnosis+event+name diagnosis+medical
DIAGNOSIS fair: condition+source diagnosis+notes condition+code condition+name =condition diagnosis+description
DIAGNOSIS ambiguous: diagnosis+id condition
PROCEDURE strong: procedure procedure+code procedure+name procedure+medical procedure+event procedure+description
PROCEDURE ambiguous: procedure+id
MEDICATION strong: drug drug+name drug+code drug+description
MEDICATION ambiguous: drug+id
- strong: blood+pressure heart+rate blood+sugar blood+oxygen oxygen+saturation respiratory+rate oxygen+level
HEALTH strong: body heart+diagnosis medical+history diagnosis+history body+score heart
HEALTH fair: health+status health+problem health medical+notes test+result test+result+name clinical+status medical+prose body+test
HEALTH weak: medical clinical birth+measure =measure state+health person+measure
GENETIC strong: gene+test genotype+test genotype+result genotype+test+result
FINANCES strong: money account+balance balance+account credit+score money+event loan+amount credit+limit net+worth person+money
  credit+amount card+limit
FINANCES fair: =balance balance balance+event net+pay pay loan+balance loan+status credit+history account+amount claim+amount =net
  balance+person
FINANCES weak: credit loan
CRIMINAL_RECORD strong: criminal criminal+record criminal+charge criminal+history criminal+status
CRIMINAL_RECORD ambiguous: charge+description charge+prose
FREE_TEXT strong: notes notes+patient free+prose notes+medical notes+clinical notes+event prose+event+medical notes+professional
  notes+person notes+diagnosis event+report notes+prose prose+notes health+notes drug+notes body+notes procedure+notes
FREE_TEXT fair: prose prose+event prose+person prose+patient person+description diagnosis+report medical+report clinical+report
  report+patient prose+clinical notes+thing
FREE_TEXT ambiguous: =description =report description+event description+person =transcript
FREE_TEXT fair: transcript+event event+transcript+prose transcript+phone
FREE_TEXT weak: description description+thing transcript
FREE_TEXT weak: report
TARGET strong: =target =fraud =target+class =target+name =target+code target+fraud =target+number person+target =target+event
TARGET fair: fraud target+person target+loan loan+fraud =target+death fraud+event target+predict =predict event+fraud
TARGET weak: =class target predict
- fair: thing
"""

# What a header is about when it names several things: contact and number words before descriptions, those before plain keys.
TIERS = (
    "URL DATE_OF_BIRTH CARD_EXPIRY",
    "EMAIL_ADDRESS POSTAL_CODE CITY COUNTY REGION COUNTRY GEO_COORDINATES PHOTO PASSWORD MAC_ADDRESS IP_ADDRESS PHONE_NUMBER IBAN_CODE"
    " CREDIT_CARD CARD_CODE SWIFT_CODE ABA_ROUTING_NUMBER BANK_CODE LEI CRYPTO IMEI UUID LOAN_NUMBER CLAIM_NUMBER"
    " HEALTH_PLAN_NUMBER LICENSE_NUMBER MEDICAL_RECORD_NUMBER NATIONAL_ID TAX_ID PASSPORT DRIVER_LICENSE LICENSE_PLATE VIN VEHICLE_ID"
    " LAST_NAME FIRST_NAME AGE GENDER NATIONALITY FREE_TEXT",
    "STREET_ADDRESS PERSON USERNAME DEVICE_ID ACCOUNT_NUMBER FINANCES",
)  # fmt: skip
HEADS = frozenset(("date", "timestamp"))  # "diagnosis_date" is a date, whatever else it names
