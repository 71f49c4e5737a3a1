"""Abbreviations, words for prefixes, and further words of less common languages and kinds of tables."""

from __future__ import annotations

# Words before a header that has a meaning of its own: whose cell it is, or where it comes from.
PREFIXES = """
pt pat patient cust customer emp employee client cli user usr mbr member subj subject rsp respondent applicant person student
participant owner borrower holder insured subscriber t tbl src stg tab d q raw dim fact fld f ref
"""

SHORT = """
password: pw psw passhash pswd userpassword
username: usr usrnm lgn usernm screennm connexion handlename twitterhandle
web+link: lnk
mac+address: macadr hwaddr hwaddress hardwareaddress macadres hwadr
phone: moblie phn mobilephoneno fon kontakttelefon
phone+number: nrtelefonu telnumber phno
email: emailadr mailaddr emailaddy postaelettronica
device+id: devid devno geratenummer toestelid appareilid implantserial deviceidentifier implantserialnumber
device: dev implant toestel gerate
record+id: recid recordno
person+id: sid empid usubjid seqn personid
person+number: personalnummer personalnr personalnum personnelnumber personnelno staffnumber staffno legajo staffid
mrn: prontuario cartellaclinica patientenaktennummer dossiermedical chartnumber nhcno hospno mednbr
insurance+number: polno verzekerdennummer carteirinha hicno policyholderno policyholdernumber beneficiarynumber subscriberid subscriberno
  subscribernumber healthcardnumber healthcardno assure insuredid insuredno hicnumber tesserasanitaria versichertennr
   policyholderid
claim+number: clmno clmnbr claimnbr claimnummer sinistreno
card: crd crds
credit+card: creditcrd crdno cartecredit tarjetacredito
cardcode: verificationcode kartenprufnummer prufnummer
security: sicurezza seguranca sicherheits veiligheid
expiry: vencimiento scadenza validade expire gultig exp validite caducite vervaldatum
iban: ibn
account: rib directdeposit chk sav checking savings chq dda giro girokonto contabancaria
loan: mtg lening mutuonumero
loan+number: kreditnummer leningnummer mtgno loannbr lnno kreditnr
wallet: wlt portefeuille monedero cryptowallet walletid cryptowalletaddress
routing: ruta routage
bankcode: srtcd sortcd bnkcd abicode
lei: leicode
identity: ausw nid iddoc
national+id: natidno nationalidcard dnino nidno
id+number: idno idnr idnum idnumber idnbr
tax+id: contribuinte contrib taxidno txpid tinno taxidnumber steuernr belastingnummer gstno contribuinteno
  numerofiscale pivano taxpayerid
tax: txp belasting fiscaal
passport: passprt psprt pptnumber pp traveldocument traveldocumentnumber uspassport
driver: drv habilitacao guida conduccion
driver+license: drvlic carteirahabilitacao dlnbr dlic driverslic permisconduite
license+number: professionallicense licnbr certno certificateno certificatenumber albo approbation approbationsnummer registratienummer
  licensenbr licencenumber
medical+license: physicianlicense medicallicense
plate: plt licplt licenceplate regplate nopol platenbr vehicleregistration registrationplate
vin: vinnbr chassisnummer vinnum vehicleidentificationno
vehicle+id: vehno vehicleno vehicleserial fahrzeugnummer voertuignummer fleetvehicle vehid carid
vehicle: fleet voiture coche macchina
biometric: impronta impronte vingerafdruk fngrprt fprint digitales fingerprinttemplate fptmpl biotmpl fingerprinthash faceembedding
  faceencoding faceprints voicetemplate irisscan irisscans
photo: pht pasfoto fototessera photofile photopath imgface faceimage portraitimage photoidentite
notes: rmks rmk nts cmnts cmnt cmts freitext freitexte notities gesprachsnotiz notizie noticia bemerk rmrks commentary notetxt notenote
prose: msgtxt msgtext messagebody bodytext freeform
postal+code: pcode pstlcd postcd postalcd pstcd zipcd zpcd
geo: lttd lngtd latdd longdd breedtegraad lengtegraad coordinaten coordi gpspoint gpspt locationpoint geopt latdeg londeg latdec londec
  gpslat gpslon gpslng xcoordinate ycoordinate coordx coordy coordinatex coordinatey
city: cty citynm townname cittaresidenza
county: dist cnty gemeinden districtname distnm
region: rgn prov stprov stateprovince
country: landcode landeskennung
date: opnamedatum aufnahmedatum opname eintrittsdatum
death: died passedaway
timestamp: tijdstip crtdts evtts crtts dataora datahora marcatiempo epch epoch unixtime eventts
date?: crt
birth+date: dobdt brthdt birthdy narozenin
sex: gend geslachtt
nationality: ctzn natnl
marital: mrtl maritl relationshipstatus burgerlijkestaat marstatus
education: edulvl hideg educativo educativa opleidingen bildungsstand nivelestudios
occupation: occ jobttl prof beruflich oficio
organization: counterparty cpty ragionesociale co emplr cmpny organizacion organizzazione organizacao conm companynm employr
language: lengua
tongue: mothertongue
race: eth ethn ethnische ethnisches ethnique etniya etnica zugehorigkeitethnisch hispanicorigin
religion: rlgn godsdienst religionszugehorigkeit religieuse
politics: pol politieke parteizugehorigkeit politicalaffiliation votingintention politieke
  parteiprferenz politicalpreference
party: prty partij
sexual: sxl geaardheid orientacionsexual sexorient
union+member: vakbondslid tumemb unmbr iscrittosindacato membresyndicat unionmbr trunion
protect: protection schutz
protection: vuln vulnerable vulnerabili migratorio schutzstatus schutz refstat dispstat migratorisch vulnerables
disability: dsblty beperking disabl invaliditeit handicaps
genotype: geno genotipo genotyp genica genico hgvs varhgvs mut
blood+type: bldtyp bldgrp abogroup aborh bloodgrouping bldtype
diagnosis: hoofddiagnose diagnoseschlussel diagnosi dxcd dgn diagcd hauptdiagnose nebendiagnose
procedure: proc px surg intervento ingreep ops acte procedura proccd procedurecode pxcd cirurgico surgicalprocedure
drug: drg medctn mednm medicationname drgnm
medical: doctorsnote
body: smk preg allrg sympt sintomi zwanger vaccinal vaccinale raucherstatus smokestatus smkstat vaccinatie roken roker allergieen hivres
  vaxstatus vaxxed zwangerschap embarazos allergyinfo pregnantstatus
criminal: crim conv offns strafblad crimrec convict
charge: chg
money: sal inc creditscr wagemonthly jahresgehalt
credit: cr
target: tgt lbl cls zielvariable cible objetivo alvo ytrue targetclass classealvo zielklasse doelvariabele doelklasse
"""

FURTHER = """
last+name: secondsurname segundoapellido
first+name: secondname nomeproprio prenoms nomepropio
full+name: nombreyapellidos nometprenom prenometnom nomeecognome imienazwisko nomesobrenome
last+name: srname familienaam
month: mmyyyy
"""
