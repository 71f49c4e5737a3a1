"""Words for places, dates, traits, health, money and text."""

from __future__ import annotations

PLACES = """
zip: zip zips zipcode zipcodes zcta postcode postcodes postalcode postalecode postleitzahl plz codepostal codigopostal codpostal codpos
  cep pocztowy kodpocztowy postnummer postnr postinumero psc eircode pincode zipp zippostal postkode 邮编 邮政编码
  郵便番号 우편번호 индекс irsz
  iranyitoszam kodepos
postal: postal postale
zip?: cap cp
city: heimatort postort postitoimipaikka city cities town towns ville stadt ciudad ciudades citta cidade stad woonplaats miasto
  miejscowosc gemeinde comune commune localidad localite localita suburb wohnort kommun
  kommune kaupunki kunta mesto oras orase sehir hometown geburtsort geboorteplaats birthplace birthcity pob settlement township barangay
  village desa kota bairro neighborhood neighbourhood arrondissement poblacion varos 城市 город 市 도시 πολη cityname citytown fodelseort
  birthtown metro msa borough nagar cityofbirth placeofbirth naturalidade admcity
municipal: municipality municipalities municipio municipios municipal municipalite gemeente
city?: ort plaats place location lieu lugar luogo miejsce locality local lokalizacja localizacao ubicacion emplacement standort locatie
  tempat sted
county: bezirk county counties countyname landkreis kreis district districts distrito concelho parish okres powiat departement taluk
  tehsil taluka kecamatan kabupaten ilce admcounty amphoe upazila raion rajon judet lga subcounty fips
region: province provinces provincia provincie provinz bundesland region regions regione regiao prefecture canton kanton wojewodztwo lan
  oblast fylke governorate uf ccaa comunidadautonoma admregion maakunta bolge propinsi provinsi departamento regiune emirate 省 регион
  область
state: state states estado staat statecode stateprov stateprovince
country: country countries countryname countrycode cntry ctry pays pais paises paese nazione nation nations iso isocode alphaiso
   ulke negara країна страна 国家 国 국가 χωρα admcountry lander
country?: land maa tara kraj zeme strana
geo: latitude lat latitud latitudine breitengrad longitude lon lng longitud longitudine laengengrad langengrad gps coordinates
  coordinate coord coords coordenadas coordonnees koordinaten coordenada geolocation geolocalizacion geom geometry wkt geopoint latlng
  latlon latlong lonlat longlat easting northing utm geohash geocode geo georef wspolrzedne geocoordinates latlngs geopos xcoord ycoord
  geometrie whatthreewords
long: long
axis: x z
area: area zone zona territory zonas
"""

DATES = """
date: date dates datum fecha fechas fec dt dte tgl tanggal tarih tarihi paivamaara pvm dato дата 日期 날짜 日付 datums
  datetimeutc dat datestamp
date?: data
timestamp: timestamp timestamps datetime tstamp zeitstempel zeitpunkt horodatage timestmp datetimes dtm dttm datehour fechahora ts
  unixtime createdat updatedat deletedat
happened: created updated modified inserted deleted submitted joined posted opened closed signed scheduled completed ordered shipped
  received lastmodified lastupdated lastupdate lastlogin lastseen dateadded issued erstellt geandert
begin: start end begin beginning started ended ending startdate enddate since until from thru beginn ende debut
death+date: dod dateofdeath deathdate sterbedatum todesdatum overlijdensdatum
death: death died tod muerte
day: doa dos doj hiredate hire dateofjoining admitdate dischargedate admitted discharged admittime dischtime deathtime charttime visitdate
  orderdate invoicedate ordertime storetime intime outtime tanggalmasuk
time: time times zeit uhrzeit heure hora ora tijd godzina czas uur vreme waktu tid
year: year years yr yrs jahr annee ano anno jaar rok tahun godina arr vuosi an
birth: birth born birthdt geburt geb naissance naiss nais nacimiento nac nacim nascita nascimento nasc geboorte urodzenia urodz narozeni
  fodsel fodelse syntyma lahir dogum nasterii rozhdeniya рождения γεννησης geburts nato nata brth
birth+date: dob dobs dateofbirth birthdate birthdates birthday birthdt bdate bday bdt geburtsdatum geburtstag gebdatum gebdat gebtag
  geboortedatum gebdtm fechanacimiento fechanac fecnac fnac fecnacimiento fecnacim ddn dtnasc dtnascimento datanascimento datanasc
  datanascita datadinascita datedenaissance datenaissance datenaiss urodzony fodselsdato fodelsedatum foedselsdato fodselsdag syntymaaika
  syntymapaiva dogumtarihi tgllahir tanggallahir szuletesi szuldatum datumnarozeni 出生日期 生年月日 생년월일
  birthdatetime geburtsdat bithdate
  dobirth ptdob narozen
birth+year: yob geburtsjahr birthyear birthyr anneenaissance yearofbirth anonacimiento geboortejaar yrbirth
"""

TRAITS = """
age: howold age ages alter lebensalter edad edades idade idades leeftijd wiek alder ika vek yas yasi umur usia varsta vozrast возраст 年龄
  年齢 나이 ηλικια उम्र ageyears ageyrs agey ageinyears agegroup agegrp agerange ageband agecat agebracket altersgruppe patientage custage
  alderen agebin agemonths ageatdx
age?: eta
old: old
sex: sex gender genders sexcode geschlecht sexe sexo sesso genero genere geslacht plec kon kjonn koen sukupuoli pohlavi cinsiyet cinsiyeti
  kelamin jeniskelamin gndr gendr sx ptsex sexcd 性别 性別 성별 пол φυλο लिंग gendercode spol
male: male female mf masculino feminino femenino
race: race races racial ethnicity ethnicities ethnic ethnicgroup ethno rasse ethnie etnia etnico etniciteit etnisch raza raca razacolor
  racaetnia rasa etnicidad ethnizitat ethnischer hispanic latino latinx hispaniclatino caste tribe tribal clan ancestry
  indigenous aboriginal skincolor suku racecode racedesc pochodzenie indigena
skin: skin piel pele peau haut
color: color colour cor couleur farbe
religion: religion religions religious religione religiao religie religia konfession konfessionszugehorigkeit faith religao relig agama
  uskonto vallas vira din church denomination relgn kirche 宗教 religjon
politics: politicalviews political politics politique politica politik politisch partyid ideology ideologie ideologia partei partido
  votechoice republican democrat partyaffiliation presvote
party: party partito parti
vote: voted voting votes vote voto
affiliation: affiliation affiliated membership mitgliedschaft afiliacion affiliazione
sexual: sexual sexuality sexualorientation sexuelle sexuell sexuale seksuele lgbt lgbtq lgbtqi lgbtqia homosexual bisexual gay
orientation: orientation orientierung orientacion orientacao orientamento gerichtheid
union: union
union+member: unionmember unionmembership gewerkschaft gewerkschaftsmitglied sindicato sindical sindicalizado sindicalizacion syndicat
  syndical sindacato sindacale vakbond fagforening unionized unionised tradeunion ammattiliitto
trade: trade labor labour
member: mitglied miembro membro
protection: migration refugee refugees idp idps asylum asylumseeker asylumseekers displaced displacement displacementstatus returnee
  returnees stateless refugie refugies desplazado desplazados desplazamiento refugiado refugiados rifugiato rifugiati fluchtling
  fluechtling fluchtlinge fluchtlingsstatus asyl vertriebene uchodzca vluchteling migrant migrants immigrant immigration migratory
  vulnerability vulnerabilities uasc repatriated deplace deplaces
native: native
community: community communaute comunidad
disability: disability disabilities disabled behinderung schwerbehindert schwerbehinderung behinderungsgrad discapacidad discapacitado
  handicap handicapped handicape deficiencia disabilita invalidite invaliditat invalidez invalidita niepelnosprawnosc funktionshinder
  vamma washingtongroup impairment impaired blind deaf wheelchair disab disabl cacat engelli pcd
nationality: nationality nationalities natl natnlty nationalitat staatsangehorigkeit staatsangehoerigkeit staatsburgerschaft citizenship
  citizenships nationalite nationalites nacionalidad nacionalidade nazionalita nationaliteit cittadinanza ciudadania cidadania
  obywatelstwo medborgarskap statsborgerskab kansalaisuus uyruk kewarganegaraan cetatenie obcanstvo гражданство 国籍 국적 staatsburgschaft
  nasjonalitet narodowosc burgerschap
marital: marital maritalstatus marstat maritalstat mstatus marriage married familienstand familienst zivilstand matrimonial estadocivil
  etatcivil statocivile civilstand siviilisaaty sivilstand medenidurum medeni cywilny familiale burgerlijke pernikahan
  婚姻状况 marst martial
  maritalst civilstatus coniugale rodinny
civil: civil civile civila
education: education educ edu educational schooling bildung bildungsabschluss schulabschluss abschluss ausbildung escolaridad escolaridade
  educacion educacao estudios estudio etudes etude diplome diploma istruzione studio opleiding opleidingsniveau wyksztalcenie utbildning
  uddannelse utdanning koulutus vzdelani egitim pendidikan qualification qualifications educlevel edulevel educationlevel highesteducation
  degree degrees literacy literate instruccion scolarite educacional studii edlevel titulacion eduyears hsgrad 学历 образование formation
attainment: attainment achieved attained
occupation: occupation occupations occup occupational job jobs jobtitle jobrole jobdesc jobposition profession professions beruf berufe
  berufsbezeichnung metier profesion profissao professione beroep zawod yrke erhverv ammatti povolani meslek meslegi pekerjaan ocupacion
  ocupacao occupazione puesto designation workclass stanowisko mestiere lavoro tatigkeit taetigkeit 职业 職業 직업
  профессия должность onet
  employmentstatus jobcode jobfunction trabajo vocation profesia
position: position cargo fonction funcion funcao functie posicion stelle vacancy role
title: title titel titre titulo titolo
employment: employment employed unemployed erwerbsstatus beschaftigung empleo emploi emprego
organization: firmy organization organizations organisation organisations orgname org employer employers company companies companyname
  firma firmen empresa empresas azienda ditta entreprise societe raisonsociale raison razonsocial bedrijf bedrijfsnaam arbeitgeber
  empleador employeur datore werkgever pracodawca foretag virksomhed yritys spolecnost sirket perusahaan hospital hospitals hosp clinic
  clinics krankenhaus klinik facility facilities school schools schule ecole escuela colegio scuola szkola skola sekolah university
  universities univ universitat universite universidad universidade college colleges institution institutions institute institucion
  institut agency agencies ngo charity corporation corp businessname workplace vendor vendors supplier suppliers manufacturer
  manufacturers lieferant fournisseur proveedor fornitore fornecedor leverancier hersteller merchant contractor retailer enterprise
  sponsor sponsors lender insurer bankname alma employername publisher airline kompani unternehmen 公司 単位 会社 компания организация
  schoolname
language: language languages langue langues idioma idiomas sprache sprachen lingua linguas taal talen jezyk sprak sprog spraket kieli
  jazyk dil bahasa limba lang spokenlanguage locale язык 语言 lenguaje languagecode
tongue: muttersprache tongue langmother moedertaal modersmal motherlanguage lenguamaterna madrelingua
speak: spoken speak speaks spoke parlee hablado hablada
"""

HEALTH = """
diagnosis: diagnosis diagnoses diag diags diagn dx dxs icd icdcode icdten icdnine diagnose diagnosen diagnostico diagnosticos diagnostik
  diagnosi comorbidity comorbidities comorb disease diseases krankheit krankheiten erkrankung enfermedad maladie malattia doenca ziekte
  choroba causeofdeath todesursache pathology diagnosecode diagnosecodes snomed ccs drg morbidity rozpoznanie 诊断
  диагноз cie cim primarydx
  admittingdx dsm illness illnesses
cause: cause causa
condition: condition conditions
test: test tests lab labs laboratory
health: health gesundheit salud sante salute saude gezondheid zdrowie sanitaria sanitario sanitaire
body: hiv hivstatus pregnant pregnancy pregnancies gravida embarazo embarazada grossesse schwanger allergy allergies allergic
  allergie allergien alergia alergias mental symptom symptoms symptome sintomas sintoma symptomes diabetes diabetic dementia asthma cancer
    tumor tumour hypertension hypertensive stroke copd depression anxiety phq suicide insulin smoker smokers smoking smokes smoke
  tobacco raucher fumador fumeur alcohol alcoholic vaccination vaccinated
  vaccine vaccinations vaccin vacuna impfung impfstatus immunization covid infection infected aids std psychiatric disorder disorders
  angina thalach cardio cardiovascular menopause injury injuries wound miscarriage abortion contraceptive
  contraception obesity obese hemodialysis dialysis biopsy malignant benign
  metastasis seizure autism adhd cirrhosis hepatitis malaria tuberculosis tb sepsis pneumonia chronic cigarettes cigs cigsperday chestpain
  triage
measure: weight height wt ht
sugar: sugar
saturation: saturation sat
heart: heart cardiac
blood: blood blut sangre sang sangue bloed sanguineo sanguin sanguigno krwi sanguineous
blood+type: bloodtype bloodgroup bloodgrp blutgruppe bloedgroep gruposanguineo groupesanguin grupposanguigno tiposangre abo rhesus
  rhfactor blodgrupp blodtype goldar kangrubu 血型
pressure: pressure druck presion
oxygen: oxygen
respiratory: respiratory resp
gene: gene genes genome genomic
genotype: genetic genetics genetique genetico genetisch genotype genotypes dna brca karyotype allele alleles
  haplotype mutation mutations polygenic mtdna hla
snp: snp snps rsid
procedure: procedure procedures cpt cptcode hcpcs surgery surgeries surgical operation operations operacion eingriff intervention
  interventions cirugia chirurgie chirurgia cirurgia treatment treatments behandlung tratamiento traitement trattamento tratamento
  procedimiento procedimento therapy therapies therapie terapia transplant proceduredesc zabieg cptcd
drug: medication medications medicament medikament medikamente medicamento medicamentos medicaments medicijn medicijnen farmaco farmaci
  drug drugs meds medicine medicines prescription prescriptions prescribed rx rxnorm ndc atc atccode dosage dose wirkstoff verschreibung
  receta ordonnance opioid antibiotic antibiotics pharmaceutical lek leki medicinal drugname drugcode posologie 药品
medical: medical med medica medicale medisch medizinisch
"""

MONEY = """
money: income incomes salary salaries wage wages earnings earning gehalt lohn einkommen jahreseinkommen monatseinkommen salaire salaires
  salario salarios stipendio ingresos revenu revenus renda rendimento reddito redditi lon lonn salaris inkomen wynagrodzenie zarobki
  dochod maas gaji penghasilan networth creditscore fico ficoscore debt debts schulden deuda dette divida debito remuneration compensation
  pension pensions loanamount loanamt annualincome monthlyincome yearlyincome applicantincome coapplicantincome hhincome grossincome
  netincome householdincome salaryusd wealth bankrupt bankruptcy bankruptcies dti creditrating creditlimit bonus bonuses alimony payroll
  paycheck creditamount nettolohn bruttogehalt accountbalance kontostand salariobase gehaltsgruppe baseearnings basepay salarygrade
  payrate salarylevel 收入 工资 年収 зарплата доход solvency poverty
balance: balance bal saldo saldi solde guthaben saldos
worth: worth
net: net gross annual
pay: pay rent savings spending expenditure expenditures expenses assets liabilities
"""

CRIME = """
criminal: criminal criminals conviction convictions convicted arrest arrests arrested offense offence offenses offences felony felonies
  misdemeanor crime crimes recidivism recid recidivist isrecid parole probation jail prison incarcerated imprisoned penal penales penaux
  vorstrafe vorstrafen strafregister straftat antecedentes casellario casier delito delitos delit reato warrant juvfelcount sexoffender
  inmateid verdict indictment
charge: charge charges
"""

TEXT = """
notes: note notes noteprogress comment comments commenttext remark remarks narrative narratives freetext freetxt bemerkung bemerkungen
  kommentar kommentare notiz notizen commentaire commentaires comentario comentarios observacion observaciones observacao observacoes
  osservazioni notas nota commento commenti opmerking opmerkingen anmerkung anmerkungen transcript transcripts transcription memo memos
  uwagi catatan keterangan notatka huomautus aciklama poznamka poznamky anteckning observatii feedback biography bio verbatim anamnese
  anamnesis epikrise befund befundtext 备注 备考 примечание комментарий toelichting commenttxt reviewtext
prose: verwendungszweck buchungstext complaint complaints text texts message messages msg mensaje nachricht messaggio mensagem bericht
  review reviews tweet tweets summary summaries abstract recension bewertungstext testo texto texte tekst essay statement sentence
  paragraph caption content reason motivo rezension letter arztbrief story question answer chat conversation utterance dialogue
description: description descriptions desc descr describe beschreibung descripcion descricao descrizione omschrijving opis beskrivning
  deskripsi libelle details detail additional explain specify
free: free libre libero livre vrije
report: report
target: target targets label labels outcome outcomes churn churned y defaulted isfraud attrition survived readmitted exited groundtruth
  classlabel
predict: predicted prediction
class: class klasse classe
fraud: fraud fraudulent default
"""
