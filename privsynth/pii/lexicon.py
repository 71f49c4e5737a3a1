"""The words of table headers: English, German, French, Spanish, Italian, Portuguese and Dutch.

``WORDS`` maps a word (accents and case removed) to one or more concepts; ``RULES`` maps sets of concepts to an entity.
"""

from __future__ import annotations

# concept (or several, joined by +) -> the words that mean it
_WORDS: dict[str, str] = {
    "email": "email emails mail emailadresse mailadresse courriel correo emailadres",
    "phone": "phone phones telephone telefon telefono telefone telefoon tel telno mobile mobil movil telemovel"
    " cellphone cellular cellulare celular handy gsm msisdn fax rufnummer mobiel",
    "phone+number": "handynummer telefonnummer phonenumber mobilnummer faxnummer telefoonnummer",
    "first": "first given",
    "last": "last family",
    "first+name": "firstname fname givenname vorname prenom voornaam imie forename middlename roepnaam",
    "last+name": "lastname lname surname maiden nachname familienname apellido apellidos cognome sobrenome apelido"
    " achternaam nazwisko",
    "full+name": "fullname vollname",
    "middle": "middle",
    "full": "full complete legal",
    "name": "name names nom nombre nome naam",
    "address": "address addresses addr adresse adres direccion indirizzo endereco anschrift domicilio morada",
    "street": "street strasse rue calle rua straat ulica",
    "city": "city town ville stadt ciudad citta cidade stad plaats miasto municipality gemeinde comune localidad suburb"
    " wohnort",
    "county": "county landkreis provincia concelho parish",
    "region": "state province bundesland region regione estado regiao",
    "country": "country pays pais paese nation",
    "zip": "zip zipcode postal postcode postale postalcode plz postleitzahl codepostal codigopostal cep pocztowy",
    "birth": "birth born geburt naissance nacimiento nascita nascimento geboorte urodzenia",
    "birth+date": "dob birthdate birthday bday geburtsdatum geburtstag geboortedatum",
    "birth+year": "yob geburtsjahr birthyear",
    "date": "date datum fecha dates",
    "year": "year jahr annee ano anno jaar",
    "month": "month monat mois mes mese maand",
    "timestamp": "timestamp datetime ts",
    "place": "place lieu lugar luogo lokalizacja",
    "ssn": "ssn socialsecuritynumber",
    "social": "social",
    "security": "security",
    "nationalid": "nino dni nif nie cpf bsn pesel aadhaar cnp curp codicefiscale personalausweis nric sin insee"
    " sozialversicherungsnummer svnr steueridentifikationsnummer",
    "national": "national",
    "nhs": "nhs",
    "identity": "identity identification identidad identite ausweis",
    "tax": "tax steuer fiscal",
    "tax+id": "tin itin taxid steuernummer steuerid",
    "passport": "passport pasaporte passeport reisepass reisepassnummer paspoort passaporto",
    "driver": "driver drivers driving",
    "license": "license licence permis fuhrerschein licencia rijbewijs",
    "plate": "plate kennzeichen matricula targa kenteken",
    "vin": "vin",
    "vehicle": "vehicle car auto kfz",
    "npi": "npi dea",
    "patient": "patient patients pt pat paciente paziente patientin",
    "mrn": "mrn medrec emrn",
    "medical": "medical med",
    "health": "health",
    "record": "record",
    "chart": "chart",
    "plan": "insurance insured policy subscriber beneficiary versicherung mbi medicare medicaid krankenkasse",
    "plan+number": "versichertennummer krankenversichertennummer",
    "account": "account acct konto cuenta compte conto conta rekening",
    "account+number": "accountnumber kontonummer rekeningnummer acctno",
    "bank": "bank",
    "iban": "iban",
    "bankcode": "bic swift routing aba sortcode blz bankleitzahl",
    "credit": "credit debit",
    "card": "card karte carte tarjeta carta cartao kaart",
    "credit+card": "creditcard kreditkarte ccn pan kreditkartennummer",
    "cardholder": "cardholder",
    "cardcode": "cvv cvc csc",
    "ip": "ip ipv ipaddress",
    "mac": "mac",
    "device": "device imei imsi udid idfa serial",
    "url": "url urls uri website homepage webseite weblink",
    "username": "username nickname login handle screenname twitter instagram linkedin facebook skype",
    "password": "password passwd pwd passwort contrasena senha wachtwoord",
    "photo": "photo picture portrait selfie foto",
    "biometric": "biometric biometrics fingerprint retina voiceprint",
    "geo": "latitude lat longitude lon lng gps coordinates coordinate geolocation",
    "wallet": "wallet bitcoin btc",
    "age": "age alter edad eta idade leeftijd",
    "sex": "sex gender geschlecht sexe sexo sesso genero geslacht",
    "race": "race ethnicity ethnic rasse ethnie raza etnia",
    "religion": "religion religious konfession religione religiao religie",
    "politics": "political politics party",
    "sexual": "sexual sexuality",
    "orientation": "orientation",
    "union": "union gewerkschaft",
    "trade": "trade labor labour",
    "nationality": "nationality citizenship staatsangehorigkeit nationalite nacionalidad nazionalita nationaliteit",
    "marital": "marital marriage familienstand",
    "education": "education edu degree schooling bildung",
    "occupation": "occupation job profession beruf metier profesion beroep",
    "organization": "employer company organization organisation firma empresa azienda entreprise bedrijf hospital"
    " clinic facility krankenhaus school university arbeitgeber",
    "diagnosis": "diagnosis diagnoses diag dx icd diagnose diagnostico comorbidity disease krankheit enfermedad",
    "condition": "hiv pregnancy pregnant disability allergy allergies mental symptom symptoms diabetes dementia",
    "genetic": "genetic genotype genome",
    "surgery": "procedure procedures cpt hcpcs surgery",
    "drug": "medication medications drug drugs meds prescription rx ndc medikament medicament",
    "money": "income salary wage wages earnings gehalt einkommen salaire salario stipendio networth creditscore fico"
    " debt balance bal",
    "score": "score",
    "criminal": "criminal conviction arrest offense offence",
    "notes": "note notes comment comments remark remarks narrative freetext bemerkung bemerkungen kommentar notiz"
    " notizen commentaire observaciones notas nota commento opmerking opmerkingen transcript memo anmerkung",
    "prose": "text description desc summary message feedback beschreibung descripcion",
    "number": "number num nbr no nr nummer numero nmbr",
    "id": "id ids identifier identificador identifiant kennung",
    "id+id": "uuid guid",
    "patient+id": "pid patnr patientennummer fallnummer",
    "key": "key ref reference code",
    "index": "index idx rowid rownum rownumber unnamed",
    "user": "user users member members employee employees person persons subject participant customer customers"
    " client clients kunde kunden cliente usuario klant student worker staff applicant borrower owner holder"
    " household individual respondent mitarbeiter empleado donor debtor",
    "user+number": "kundennummer personalnummer klantnummer mitarbeiternummer",
    "event": "encounter visit stay admission claim case order transaction invoice contract loan session ticket sample"
    " specimen hadm icustay episode booking payment trip rechnung vertrag",
    "professional": "doctor physician provider nurse surgeon practitioner arzt medecin medico attending author agent",
    "unit": "unit",
    "relative": "mother father spouse guardian kin nok partner emergency parent child",
    "contact": "contact kontakt contacto",
    "thing": "product store shop department dept ward currency language item test procedure model branch category"
    " file team game song movie brand site station sensor machine campaign"
    " source disposition destination channel",
    "target": "target label y outcome",
    "weight": "weight",
}

# Concepts that turn an identifier word into a count, a kind, a flag or an amount.
_NEGATIVE = (
    "count counts type types flag opt in has is was status group grp rate ratio percent percentage pct verified sent"
    " len length category class level lvl present kind preference preferred score available known missing changed"
    " change quality total sum avg mean min max days hours minutes years time duration limit amount amt price cost"
    " costs charge charges fee fees income salary balance bal qty quantity volume size"
    " enabled active valid consent version anzahl typ betrag preis monto importe montant prix importo prezzo bedrag"
    " prijs valor preco age epoch temp temperature pressure width height weight value result results payments loans"
    " revenue profit discount network issuer expiry expiration exp"
)

_STOP_WORDS_WORDS = "of the de la le du del der des di da do dos van den het el los las a an e and my your s"
STOP_WORDS = frozenset(_STOP_WORDS_WORDS.split())
NEGATIVE = frozenset(_NEGATIVE.split())
COUNT_FIRST = frozenset(("number", "num", "n", "no", "nbr", "nombre", "anzahl"))
NOT_A_PERSON = frozenset(("thing", "city", "county", "region", "country", "organization", "drug", "diagnosis", "place"))
WORDS: dict[str, tuple[str, ...]] = {
    word: tuple(concepts.split("+")) for concepts, words in _WORDS.items() for word in words.split()
}

# entity, strength (weights.HEADER), alternatives: concepts joined by +; "=" asks for nothing else in the header
_RULES: tuple[tuple[str, str, str], ...] = (
    ("EMAIL", "strong", "email email+address"),
    ("PHONE", "strong", "phone phone+number contact+phone contact+number"),
    ("PHONE", "weak", "contact"),
    ("FIRST_NAME", "strong", "first+name middle+name user+first+name patient+first+name"),
    ("LAST_NAME", "strong", "last+name"),
    (
        "PERSON_NAME",
        "strong",
        "full+name patient+name user+name+full professional+name relative+name relative+contact contact+name",
    ),
    ("PERSON_NAME", "strong", "cardholder cardholder+name first+last+name account+user+name card+user+name"),
    ("PERSON_NAME", "ambiguous", "=name user+name =professional"),
    ("FIRST_NAME", "ambiguous", "=first"),
    ("LAST_NAME", "ambiguous", "=last"),
    ("STREET_ADDRESS", "strong", "address street street+address street+name street+number"),
    ("CITY", "strong", "city city+name birth+city birth+place city+birth+place"),
    ("COUNTY", "strong", "county county+name"),
    ("REGION", "fair", "region region+name"),
    ("COUNTRY", "strong", "country country+name birth+country"),
    ("POSTAL_CODE", "strong", "zip zip+key zip+number"),
    ("DATE_OF_BIRTH", "strong", "birth+date birth+year"),
    ("DATE_OF_BIRTH", "fair", "birth birth+month"),
    ("DATE", "fair", "date timestamp event+date year"),
    ("US_SSN", "strong", "ssn social+security social+security+number"),
    ("NATIONAL_ID", "strong", "nationalid national+id identity+number identity+card national+number nationalid+number"),
    ("TAX_ID", "strong", "tax+id tax+number tax+identity+number"),
    ("PASSPORT", "strong", "passport passport+number passport+id"),
    ("DRIVER_LICENSE", "strong", "driver+license driver+license+number driver+license+id"),
    ("VEHICLE_ID", "strong", "license+plate vin vin+number vehicle+id vehicle+plate plate+number plate"),
    ("LICENSE_NUMBER", "strong", "npi npi+number license+number"),
    ("LICENSE_NUMBER", "ambiguous", "license"),
    ("MEDICAL_RECORD_NUMBER", "strong", "mrn mrn+number medical+record medical+record+number patient+number"),
    ("MEDICAL_RECORD_NUMBER", "strong", "patient+id patient+record nhs nhs+number chart+number patient+record+number"),
    ("MEDICAL_RECORD_NUMBER", "strong", "organization+number patient+key =patient patient+id+number"),
    ("HEALTH_PLAN_NUMBER", "strong", "plan+number plan+id health+plan+id health+plan+number plan+user+id"),
    ("ACCOUNT_NUMBER", "strong", "account+number account+id bank+account bank+account+number account+key"),
    ("ACCOUNT_NUMBER", "fair", "account"),
    ("IBAN", "strong", "iban"),
    ("BANK_CODE", "strong", "bankcode bankcode+number bankcode+key bank+key"),
    ("CREDIT_CARD", "strong", "credit+card credit+card+number card+number card+id"),
    ("CREDIT_CARD", "ambiguous", "card"),
    ("CARD_CODE", "strong", "cardcode card+security+key"),
    ("IP_ADDRESS", "strong", "ip ip+address"),
    ("MAC_ADDRESS", "strong", "mac+address"),
    ("MAC_ADDRESS", "ambiguous", "mac"),
    ("DEVICE_ID", "strong", "device+id device+number device+key"),
    ("DEVICE_ID", "fair", "device"),
    ("URL", "strong", "url"),
    ("USERNAME", "strong", "username"),
    ("PASSWORD", "strong", "password"),
    ("PHOTO", "strong", "photo"),
    ("BIOMETRIC", "strong", "biometric"),
    ("CRYPTO_ADDRESS", "fair", "wallet wallet+address"),
    ("COORDINATES", "strong", "geo"),
    ("AGE", "strong", "age"),
    ("SEX", "strong", "sex"),
    ("RACE", "strong", "race"),
    ("RELIGION", "strong", "religion"),
    ("POLITICS", "fair", "politics"),
    ("SEXUALITY", "strong", "sexual+orientation sexual"),
    ("UNION_MEMBERSHIP", "strong", "union+user trade+union trade+union+user"),
    ("NATIONALITY", "strong", "nationality"),
    ("MARITAL_STATUS", "strong", "marital"),
    ("EDUCATION", "strong", "education"),
    ("OCCUPATION", "strong", "occupation"),
    ("ORGANIZATION", "fair", "organization organization+name organization+id"),
    ("DIAGNOSIS", "strong", "diagnosis diagnosis+key"),
    ("HEALTH", "strong", "condition health+condition"),
    ("GENETIC", "strong", "genetic"),
    ("PROCEDURE", "fair", "surgery surgery+key"),
    ("MEDICATION", "strong", "drug drug+name drug+key"),
    ("FINANCES", "strong", "money credit+score account+money"),
    ("CRIMINAL_RECORD", "strong", "criminal"),
    ("FREE_TEXT", "strong", "notes patient+notes"),
    ("FREE_TEXT", "fair", "prose"),
    ("RECORD_ID", "strong", "=id =id+number user+id user+number event+id event+number record+id record+number =index"),
    ("RECORD_ID", "strong", "professional+id professional+number user+key event+key record+key relative+id id+key"),
    ("RECORD_ID", "weak", "event+thing+id user+thing+id"),
    ("RECORD_ID", "strong", "=user+index unit+id unit+key"),
    ("RECORD_ID", "ambiguous", "id =record =user =unit =key"),
    ("RECORD_ID", "weak", "thing+id index"),
    ("TARGET", "strong", "=target"),
    ("", "strong", "region+health birth+weight thing+name medical drug+test health"),  # these words mean no entity
)


def _expand() -> tuple[tuple[frozenset[str], bool, str, str], ...]:
    rows = []
    for entity, strength, alternatives in _RULES:
        for alternative in alternatives.split():
            concepts = frozenset(alternative.lstrip("=").split("+"))
            rows.append((concepts, alternative.startswith("="), entity, strength))
    return tuple(sorted(rows, key=lambda row: (-len(row[0]), not row[1])))


# (concepts, nothing else may stand in the header, entity or "", strength), longest first
RULES = _expand()
