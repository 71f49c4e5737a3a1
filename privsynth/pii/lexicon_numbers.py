"""Words for numbers that banks, states and makers issue, and the countries that they imply."""

from __future__ import annotations

NUMBERS = """
account: account accounts acct accts acc accnt acnt konto cuenta cuentas compte conto conta rekening rachunek tili rekeningku
account+number: accountnumber accountno acctno acctnum acctnbr accno kontonummer kontonr kontoverbindung rekeningnummer rekeningnr
  bankaccount bankaccountno bban numcompte bankkonto accountnum kontonum nuban clabe 银行账号
bank: bank banks banque banco banca banka
iban: iban ibans
swift: swift bic swiftcode swiftbic bicswift biccode
routing: routing aba rtn routingno abarouting transit
bankcode: sortcode blz bankleitzahl ifsc ifsccode bsb micr bankcode clearingnummer abi
sort: sort
credit: credit debit kredit credito
card: card cards tessera karte carte tarjeta carta cartao kaart kartennummer kartennr karta kort kortti kartu bancaire
credit+card: creditcard creditcardno creditcardnumber creditcardnum kreditkarte ccn ccnum ccno ccnumber cardno cardnum cardnbr cardnumber
  kreditkartennummer kreditkartennr debitcard 银行卡号
cc: cc
pan: pan panno pancard pannumber
cardcode: cvv cvc csc cvn securitycode cardcode prufziffer
expiry: expiry expiration expires exp expdate expirydate expiredate ablauf ablaufdatum gultigbis caducidad thru validthru expire
month: mmyy month mois mes mese maand monat monthname mm miesiac
loan: loan loans mortgage hypothek prestamo hipoteca pret prestito mutuo lening hypotheek emprestimo darlehen kredyt
lei: lei legalentityidentifier legalentityid
ssn: ssn ssns socsec socialsecuritynumber socialsecurityno socsecno socialsec ssno
social: social soc sociale
security: security sec secu securite seguridad sozialversicherung
national: national nasional nacional nazionale nationaal nationale
identity: identity identification identidad identite identita ausweis ausweisnummer ausweisnr identidade identiteit identitets dowod
  dowodu cedula cedulas idcard cni cin tozsamosci identitas obcansky kartaid nationalid natid nationalidentity citizenid
national+id: claveelector nationalid natid natlid nationalidno nationalidnumber citizenid identitynumber personcode personalidcode jmbg
  emso hkid snils cnic emiratesid iqama kennitala dui umcn idcardno amkat
document: document documento documentos dokument doc paper
document+number: docno documentno docnum
ni: ni
dni: dni
nif: nif cif
sin: sin
citizen: ciudadania ciudadano cidadao burger
residence: permit residency residence residencia residenza residentiel
government: government govt gov
visa: visa alien
tax: tax steuer fiscal fiscale impuesto impot imposto belasting podatkowy tributario vero skatt
tax+id: nip nit tin taxid taxno taxnumber steuernummer steuernr einno ein fein gstin abn acn siret siren regon partitaiva piva ustid
  ustidnr umsatzsteuerid cuit cuil cnpj vatno vatid vatnumber vatreg vatin ruc rif kvk afm utr spi npwp btwnummer numerofiscal mwstnr
vat: vat iva btw ust mwst gst tva kdv
passport: passport passports pasaporte passeport reisepass reisepassnummer reisepassnr passnummer passnr paspoort paspoortnummer
  passaporto passaporte passportno passportnumber passportnum paszport paszportu passi pasaport paspor pptno 护照 паспорт
driver: driver drivers driving conducir conduire conducere chauffeur fahrer
driver+license: driverlicense driverslicense driverlicence drivinglicence drivinglicense driverlic dln dlno dlnumber fuhrerschein
  fuehrerschein fuhrerscheinnummer fuhrerscheinnr fuehrerscheinnummer rijbewijs rijbewijsnummer patente cnh carnetconducir permisconduire
  ajokortti korkort forerkort kørekort prawojazdy brevet ehliyet
dl: dl
license: license licence lic licenses licencia licenca licenza lizenz lcns permis zulassungsnummer
license+number: licensenumber licenseno lizenznummer licno
plate: plate plates kennzeichen kfzkennzeichen autokennzeichen nummernschild targa kenteken licenseplate numberplate platenumber plateno
  immatriculation immatriculationno placa tablica rejestracyjny plaka registrationmark vrm vrn rego platenr
matricula: matricula matricola matricule
vin: vin vinnumber vinno chassis chassisno chassisnumber fahrgestellnummer fahrgestell bastidor telaio vehicleidentification
  vehicleidentificationnumber vins
vehicle: vehicle vehicles veh car cars auto autos kfz fahrzeug vehiculo vehicule veicolo veiculo voertuig truck motorcycle
biometric: biometric biometrics fingerprint fingerprints fingerabdruck retina voiceprint faceid facial faceprint huella empreinte iriscode
  fingerprintid
iris: iris face voice palm finger
scan: scan template embedding vector encoding
photo: photo photos picture pictures portrait selfie foto fotos headshot mugshot avatar bild profilepic profilepicture passbild lichtbild
  photograph pic photourl
picture: image images img imagen immagine imagem afbeelding
profile: profile profil perfil
"""

# entity: words that name it alone; the wider kind is spoken for as well.
STATE_NUMBERS = """
US_SSN: ssnum ssnbr ssnumber ssan ssnno ssn socsec socialsecuritynumber socialsecurityno
US_ITIN: itin
UK_NINO: natinsurance natinsuranceno nino natins natinsno nationalinsurance nationalinsurancenumber ninumber
CA_SIN: sinnumber socialinsurancenumber nas
AU_TFN: taxfilenum tfn taxfileno taxfilenumber
IN_AADHAAR: aadhr aadhaar aadhar adhaar adhar aadhaarno aadharno aadhaarnumber aadharnumber uidai
IN_PAN: permanentaccno permanentaccountnumber permanentaccount
IN_VOTER: electorid electorno votercard votercardno votercardnumber voteridcard epicnumber voterid voteridno epicno voterno
ES_NIE: nie foreignerid
IT_FISCAL_CODE: fiscalcode codicefiscale codfiscale codfisc codicefisc
FR_NIR: noss nss secu numeross insee nosecu nir numsecu numerosecu securitesociale numss nss
AT_SVNR: vsnr svnr atsv svnummer sozialversicherungsnummer
DE_TAX_ID: steuerliche steuerid steueridnr steueridentifikationsnummer steueridentnr identifikationsnummer
DE_SOCIAL_SECURITY: sozialvers rentenversicherungs rentenversicherung rvnummer rentenvers rentenversnr sozialversnr vsnr
  rentenversicherungsnummer rvnr sozialversicherungsnummer svnummer svnr sozialversicherungsnr
DE_ID_CARD: perso persoausweisnr personalausweis personalausweisnummer personalausweisnr persoausweis
PT_NIF: identificacaofiscal
BR_CPF: cpf cpfcnpj nucpf
NL_BSN: bsn citizenservice citizenservicenumber burgerservicenummer sofinummer sofi bsnnummer
BE_NN: inss rrn registrenational registrenationale rijksreg rijksregisternummer rijksregister niss insz registrenational rrnr
PL_PESEL: pesel
SE_PERSONNUMMER: personnummer personnr pnr samordningsnummer
DK_CPR: cpr cprnr cprnummer
NO_FODSELSNUMMER: dnummer fodsnr personnummer fodselsnummer fødselsnummer foedselsnummer fnr
FI_PERSONAL_IDENTITY_CODE: sotu sosiaaliturvatunnus hetu henkilotunnus personbeteckning
CH_AHV: navs ahv ahvnr ahvnummer avs avsnr oasi ahvn
CZ_RC: rodnecislo rodne rodcislo rodcis
RO_CNP: cnp codnumericpersonal
BG_EGN: edinengrazhdanskinomer egn егн uniformcivil uniformcivilnumber
HR_OIB: oib osobni
EE_IK: isikukood isikuk
LT_ASMENS: asmenskodas asmens asmkod
LV_PK: personaskods perskods personas
GR_AMKA: amka αμκα
TR_NATIONAL_ID: vatandaslik vatandaslikno tcnumarasi tckn tckimlik tckimlikno kimlik kimlikno tcno
IE_PPS: pps ppsn ppsno
MX_CURP: curp claveunica
MX_RFC: rfc registrofederal
CL_RUT: rolunico rolunicotributario rut
CN_RIC: sfz sfzh residentidentity residentidentitycard ricno 身份证 身份证号 身份证号码 shenfenzheng idcardcn
KR_RRN: 주민번호 residentregno jumin juminbeonho juminnumber residentregistration residentregistrationnumber 주민등록번호 rrn
JP_MY_NUMBER: kojinbango kojinbangou mainanbaa mynumber mynum マイナンバー 個人番号
TH_TNIN: เลขบัตรประชาชน batprachachon เลขประจำตัวประชาชน บัตรประชาชน tnin thaiid
SG_NRIC_FIN: finno finnumber uinfin nric nricfin nricno
MY_NRIC: icnumber noic nokp icnum mykad pengenalan kadpengenalan icno mykadno
ID_NIK: nik kependudukan nomorinduk ktp noktp nonik
ZA_ID_NUMBER: saidno rsaid saidnumber rsaidnumber
IL_ID: תז zeut misparzehut misparzeut תעודת teudat zehut teudatzehut
NG_NIN: nimc nin
UA_RNOKPP: ідентифікаційнийкод rnokpp ipn рнокпп іпн
RU_INN: innfl inn инн
UK_NHS: chinumber nationalhealthservice nhs nhsno nhsnbr nhsnumber
US_MBI: mbi
US_NPI: npi
MEDICAL_LICENSE: dea deano
DE_HEALTH_INSURANCE: krankenversicherten krankenversichertennr krankenversicherungsnr gkvnr kvid krankenvers krankenversnr kvnummer
  versichertennummer krankenversichertennummer kvnr krankenversicherungsnummer
"""

# country: words that imply it, besides those of ``STATE_NUMBERS``.
COUNTRY_WORDS = """
US: medicaid medicare routing aba zip zipcode npi dea ein itin fein mbi ssn usa
GB: nhs nino postcode sortcode utr uk vrm
ES: dni nif nie cif cuenta nss españa
AR: dni cuit cuil legajo
PE: dni ruc
PT: nif nipc niss morada concelho
BR: cpf cnpj cep uf cnh rg logradouro bairro
DE: steuer steuernummer steuerid plz blz bankleitzahl bundesland landkreis ustid kennzeichen personalausweis führerschein
AT: svnr plz bundesland sozialversicherungsnummer
CH: ahv ahvnr avs oasi kanton canton plz
FR: nir insee siret siren numsecu departement
BE: niss insz rijksregisternummer
NL: bsn kvk btw kenteken rijbewijs postcode burgerservicenummer
IT: codicefiscale codfiscale cap piva partitaiva targa comune asl
PL: pesel nip regon powiat wojewodztwo
SE: personnummer samordningsnummer
NO: fodselsnummer fnr personnummer fylke
DK: cpr cprnr
FI: hetu henkilotunnus
CZ: rodne rodnecislo psc
SK: rodne rodnecislo psc
RO: cnp judet
TR: kimlik tckn tc
RU: inn snils oblast
UA: ipn rnokpp
IN: aadhaar aadhar pan pancard ifsc gstin pincode tehsil taluk uidai
CN: 身份证
JP: マイナンバー
KR: 주민등록번호
ID: nik ktp npwp kabupaten kecamatan
SG: nric
MY: mykad nric
PH: barangay
PK: cnic
HK: hkid
AE: emiratesid
SA: iqama
MX: curp rfc clabe
CL: rut
CO: cedula nit
EC: cedula ruc
VE: cedula rif
ZA: rsaid
IE: pps ppsn eircode
AU: tfn abn acn bsb
CA: sin ohip
GR: amka afm
RS: jmbg
IS: kennitala
"""
