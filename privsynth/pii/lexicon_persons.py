"""Words for names, contacts, keys and papers; accents and case are removed when they are read.

Each line is ``concept: words``; a word that means several concepts has them joined by ``+``.
"""

from __future__ import annotations

NAMES = """
name: name names nm nme nombre nombres nom noms nome nomi naam namen nazwa namn navn nimi isim adi nama nume nev όνομα ονομα 名 नाम الاسم
  اسم tên
first: first given fst frst primer primeiro primo premier erster eerste pila christian fore
last: last family lst paterno materno famille familie letzter laatste
middle: middle mid otchestvo отчество
full: full complete legal complet completo completa completos volledige vollständiger voller lengkap pełne vollständig komplett
  fullständigt
first+name: firstname fname fnm frstnm fstnm givenname vorname vornamen rufname prenom prenoms prénom voornaam voornamen roepnaam imie
  imiona ime forename forenames middlename mname prenume jmeno krestni förnamn fornavn etunimi etunimet imya имя keresztnev utonev
  prenombre prenome fornamn firstnames firstnm 名字 firstnme
last+name: lastname lname lnm lstnm lastnm surname surnames sname maiden nachname familienname familyname geburtsname zuname nomfamille
  nomdefamille nomusage apellido apellidos apell cognome cognomi sobrenome apelido apelidos achternaam geslachtsnaam tussenvoegsel
  nazwisko prijmeni priezvisko efternamn efternavn etternavn sukunimi soyadi soyad soyisim familiya фамилия prezime vezeteknev csaladnev
  επώνυμο επωνυμο patronymic lastnme 姓
full+name: fullname fullnm vollname fio фио nominativo 姓名 氏名 名前 성명 이름 adsoyad namalengkap nombrecompleto
  nomecompleto nomcomplet nomprenom
  naamvoluit
name?: ad
ln: ln
fn: fn
initials: mi initial initials init iniciales initialen
alias: alias aka pseudonym pseudonyme apodo spitzname surnom
salutation: salutation anrede honorific civilite tratamiento aanhef
handle+name: screenname displayname nickname nick nikname handle
username: telegram username uname usrname usernm login loginname loginid logon samaccountname userprincipalname upn benutzername
  nutzername nomutilisateur nomeutente gebruikersnaam twitter instagram linkedin facebook skype github snapchat tiktok
  nutzerkennung
social: social
network: network networks
"""

ROLES = """
patient: patient patients pt pat ptnt paciente pacientes paziente pazienti patientin patienten pasien pacjent patiënt
person+name: accountholder accountowner kontoinhaber karteninhaber cardholder
person: empfanger auftraggeber begunstigter person persons people personne persona personas pessoa persoon persoonlijke individual
  individuals respondent respondents respndnt participant participants user users usr usuaria member members mbr employee employees emp
  empl staff worker workers mitarbeiter mitarbeitende empleado empleada empleados employe salarie dipendente funcionario werknemer
  medewerker pracownik karyawan customer customers cust cstmr cstm customr client clients clnt cliente clientes klient kunde kunden kund
  klant klanten asiakas pelanggan musteri zakaznik applicant applicants borrower borrowers owner owners proprietaire propietario
  eigentumer eigenaar holder titular titulaire inhaber student students studnt stud pupil schuler etudiant eleve alumno alumna estudiante
  studente aluno leerling siswa mahasiswa candidate candidates candidat candidato kandidat donor donors debtor creditor defendant
  plaintiff suspect victim inmate offender passenger passengers pax guest guests tenant tenants resident residents citizen beneficiary
  beneficiaries benef beneficiario beneficiaire insured policyholder insuree asegurado assicurato versicherter assure subscriber
  subscribers recipient recipients sender payee payer payor remitter buyer purchaser seller winner player players spieler jugador joueur
  giocatore athlete voter voters volunteer contestant interviewee informant caller visitor visitors nominee claimant enrollee testator
  householder contribuyente contributor contributors requester requestor reporter registrant attendee attendees invitee signatory accused
  deceased decedent householdmember hhmember lead prospect freelancer reviewer host guestuser signer cardmember supporter alumni trainee
  客户 用户 患者 员工 顧客 клиент пациент сотрудник
subject: subject subjects subj
tax+person: taxpayer
professional: referring admitting treating ordering consulting doctor doctors dr physician physicians provider prescriber nurse surgeon
  practitioner clinician arzt arztin hausarzt medecin medico doctora docteur dottore dokter lekarz therapist dentist radiologist
  pathologist pharmacist caregiver attending attender referrer author authors autor auteur autore agent agents broker lawyer attorney
  solicitor notary judge officer manager mgr supervisor boss teacher lehrer profesor professeur professor instructor lecturer tutor coach
  trainer director ceo founder inventor inventors investigator interviewer enumerator surveyor inspector operator salesperson salesman
  salesrep representative rep assignee actor actress artist singer composer musician writer editor photographer pilot captain jockey
  referee umpire senator mayor governor politician chairman president secretary advisor adviser consultant technician mechanic rider
  courier mentor enqueteur encuestador approver counselor
relative: nextofkin mother father spouse guardian kin nok partner emergency parent parents child children kid son daughter wife husband
  sibling brother sister grandmother grandfather madre padre mere pere mutter vater moeder vader mae pai conyuge conjoint ehepartner ibu
  ayah heir
household: household hh hhid menage hogar haushalt famiglia huishouden head
by: by
author+by: createdby updatedby modifiedby submittedby assignedto
"""

CONTACT = """
email: email emails emailid emailaddr emailaddress emailadress eml courriel courriels correo correos correoelectronico emailadresse
  emailadres mailadresse mailadres epost eposta sahkoposti skp mailto 邮箱 电子邮件 メール 이메일 почта البريد emailto courrielle gmail
mail: mail mails mel
electronic: electronic electronico elettronica electronica electronique
phone: phone phones phon phn fon fone telephone telefon telefono telp telefone telefoon telefonico telefonica telefoni telephon tel telno
  telnr telnum teleph phoneno phonenum phonenbr mobile mobil mobiles mobilephone movil moviles telemovel cellphone cellular cellulare
  celular celulares handy handynr gsm msisdn fax faxno telefax rufnummer mobiel mob mobno mobilno mobileno landline fixe whatsapp viber
  puhelin puhelinnumero telefonszam telefonni komorka telepon tlf tlfn tlfnr teléfono cel telecom pager 电话 手机 電話
  電話番号 전화번호 전화 телефон هاتف
  τηλέφωνο फोन mobilnr phonework phonehome nohp nomorhp cellno cellnum dialnumber
phone+number: phonenumber handynummer telefonnummer mobilnummer faxnummer telefoonnummer mobilfunknummer telefonnummern rufnr contactno
  contactnum contactnumber telephonenumber numtelephone numtel mobiltelefon ceptelefonu phonenr
cell: cell
ph: ph
calling: dialing dial calling
contact: contact contacts kontakt kontakte contacto contatto contato cntct ctc contct
contact+person: kontaktperson ansprechpartner
address: address addresses addr addrss adr adress adres adresse adressen direccion direcciones direcc indirizzo endereco anschrift
  domicilio domicile morada adresa adresas adresi osoite alamat lakcim bostadsadress hemadress bostadsadresse 地址 住所 주소 адрес العنوان
  διεύθυνση पता addressline streetaddress strasseundhausnummer streetaddr adddress
street: street strasse strase streetname strt rue calle rua straat straatnaam ulica gata gatan vej gade katu katuosoite logradouro avenida
  avenue boulevard cadde sokak jalan utca улица thoroughfare roadname streetno streetnumber
streetmaybe: via road lane colonia bairro kelurahan
house: house domu civico
house+number: hausnr hausnummer huisnummer husnummer housenumber houseno doorno flatno
dwelling: apartment apt flat suite building bldg appartement piso stiege wohnung landmark
line: line ligne linea zeile linha
personal: personal persoonlijk personnel personali
home: home work office business private privat prive mailing billing shipping delivery residential permanent current primary
  secondary alternate alternative alt main registered physical daytime evening domestic
url: url urls uri website websites webpage homepage webseite weblink hyperlink permalink sitioweb siteweb sitoweb paginaweb href
  webaddress webadresse
link: link links profilelink lien enlace
web: web internet
ip: ip ipv ipaddr ipaddress ipadresse ips clientip remoteip srcip dstip userip hostip
remote: remote
mac: mac macaddr macaddress bssid ethernet
password: password passwd pwd passwort kennwort contrasena senha wachtwoord motdepasse mdp passcode passphrase pswd passw haslo heslo
  salasana losenord kodeord sifre apikey clientsecret privatekey secret credential credentials
token: token tokens apitoken
api: api auth access
pin: pin
device: device devices handset gerat appareil dispositivo apparaat
device+id: deviceid udid idfa idfv gaid aaid adid androidid ifa imsi iccid advertisingid msid cookieid macid androididentifier
advertising: advertising
imei: imei imeino imeinumber
serial: serial sn
wallet: wallet walletaddress
coin: eth
"""

KEYS = """
id: id ids ident identifier identifiers identificador identifiant kennung identificativo objectid uid pk identnr 编号 ид
number: number numbers num nums nbr nmbr no nr nos nummer numero numeros numer numara numarasi nomor nro nomer cislo numru nummern číslo
  szam numéro n° broj 号码 番号 번호 номер nb
number?: n
key: key keys schlussel cle clave chiave sleutel
reference: reference ref referencia riferimento referentie
reference+number: refno refnum referenznummer refnr referenznr
code: code codes cod kode codigo codice kod cd kodu koodi
concept: concept lookup
uuid: uuid guid uuids ulid
hash: hash md hashed
index: index idx rowid rownum rownumber rowindex rowno srno slno sno lfdnr lp seq sequence
unnamed: unnamed
row: row sr sl rec
record: record records ewidencyjny enregistrement
record+id: recno recordid
file: dossier expediente expedient aktenzeichen akte fascicolo dossiernr casefile docket
case: case cases caso incident
case+id: casenumber caseid
response: response responses
event: event events evento eventos encounter enc visit visits stay admission admissions adm discharge order orders ord transaction
  transactions txn trx trans trn invoice inv session sess ticket sample specimen hadm icustay icu episode booking bookings reservation
  payment pmt trip trips ride rechnung bestellung auftrag vertrag contract contrat contrato contratto factura facture fattura fatura
  pedido commande ordine bestelling factuur compra vente rental subscription appointment appt consultation consulta shipment survey
  interview questionnaire submission form referral enrollment enrolment registration application purchase sale sales call quote
  hospitalization hospitalisation accession study
occasion: ricovero dimissione dimissioni ingreso alta egreso obito admissao emissao vencimento inscricao cadastro rilascio scadenza
  assunzione decesso iscrizione visita zatrudnienia przyjecia emisija fallecimiento defuncion deces entree sortie embauche registro
  aanmelding eintritt austritt einstellung aufnahme entlassung creacion alteracao atualizacao pagamento pago consegna inizio fine inicio
  fim termino urodzin
mrn: mrn mrns medrec medrecno medrecnum emrn medrecord patnr patno patnum ptno patientennummer patientennr fallnummer fallnr nhc
  pacienteid medicalrecord historiaclinica hospitalnumber hospno
chart: chart uhid
history: historia histoire storia krankengeschichte
clinical: clinical clinica clinico clinique klinische klinisch
insurance: versicherten versicherter insurance policy policies plan versicherung verzekering assurance assicurazione seguro seguradora
  poliza polizza apolice medicaid polis polisnr coverage ins krankenkasse mutuelle hmo
insurance+number: versichertennummer krankenversichertennummer krankenversicherungsnummer versicherungsnummer versicherungsnr kvnr versnr
  memberpolicy ohip phn hicn policynbr policyno policynumber
medicare: medicare
claim: claim claims clm schaden siniestro sinistre sinistro reclamo schadenummer
claim+number: claimno claimnumber claimid schadennummer schadennr
"""
