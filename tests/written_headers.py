"""Headers as people write them, with what each names; ``none`` names nothing, and ``|`` divides readings that are both right.

``UNTOUCHED`` was written before the lexicon, which read 97.4% of it at first sight; what it missed was mended later.
"""

from __future__ import annotations

UNTOUCHED = """
PERSON: Passenger Name; respondent_name; Nome completo; Nombre y apellidos; Name des Patienten; Nom et prénom; full_name; FULLNAME;
   custname; ClientName; Name; name; Beneficiary Name; contact_person; Author; emp_name; Naam; Imię i nazwisko; Nominativo; FIO; nama;
   doctor; Attending Physician; Candidate Name; Account Holder; insured_name; mother_name; billing_name; person.name; Defendant;
   owner_name; player_name; Name of head of household; nome_paciente; teacher; Jméno a příjmení; Nimi; Ad Soyad
FIRST_NAME: first_name; FirstName; fname; givenName; Vorname; prénom; Nombre de pila; primer_nombre; ptfirstnm; Middle Initial;
   forename; imię; etunimi; First; contact_first_name; fornavn; förnamn; patient/name/given; voornaam; jmeno
LAST_NAME: last_name; LastName; LNAME; surname; Nachname; apellido1; Apellidos; nom_famille; cognome; sobrenome; achternaam; nazwisko;
   Familienname; maiden_name; efternamn; sukunimi; příjmení; soyadı; customer_surname; second_surname; sname; Last
EMAIL_ADDRESS: email; E-Mail; emailaddr; EMAIL_ID; contact_email; Correo electrónico; courriel; e_mail_1; users.email; EmailAddress;
   mail; adresse_mail; E-Mail-Adresse; work_email; eml_addr; sähköposti; E-post; posta_elettronica
PHONE_NUMBER: phone; Phone Number; tel; Telefon; téléphone; Mobile No.; cell_phone; celular; cellulare; Handynummer; work_phone; fax;
   WhatsApp Number; billing[phone]; HomePhone; mob_no; telefono_fijo; Telefone; Contact Number; ph_no; puhelin; nr_telefonu; contactno;
   phone2; no_hp; msisdn; GSM
STREET_ADDRESS: address; addr1; Street Address; street; Straße; Hausnummer; Anschrift; dirección; direccion_domicilio; domicilio;
   adresse; indirizzo; Endereço; logradouro; rua; AddressLine2; mailing_address; home_addr; billing_address_1; straatnaam; ulica;
   Adresas; house_number; calle; Property Address; via; alamat
URL: url; website; Web Site; homepage; linkedin_url; profile_link; Company URL; permalink; sitio_web
IP_ADDRESS: ip; ip_address; IPAddr; client_ip; src_ip; remote_addr; last_login_ip; ipv4
MAC_ADDRESS: mac; mac_address; MACAddr; wifi_mac; bssid
USERNAME: username; user_name; login; twitter_handle; screenName; userid_login; nickname; nick; github_username; Benutzername; usuario;
   skype
PASSWORD: password; pwd; password_hash; passwd; Passwort; senha; api_key; secret_token
DEVICE_ID: device_id; androidid; idfa; advertisingId; deviceSerial; imsi
IMEI: imei; IMEI No
RECORD_ID: id; ID; patient_id; PatientID; customerid; subject_id; CustomerNumber; Kundennummer; employee_no; emp_id; student_id;
   Personalnummer; member_id; person_source_value; case_number; id_paciente; user_id; PassengerId; order_id; SUBJID; transaction_id;
   personal_number_employee; num_cliente; respondent id; household_id; participant id; id_client; encounter_id; userId; index_id|none;
   matricola; legajo; PERSON_ID; hadm_id; SEQN; USUBJID; caseid; guest_id; applicationNumber
UUID: uuid; guid; user_uuid; row_guid
MEDICAL_RECORD_NUMBER: mrn; MedRecNo; Medical Record Number; MRN_NUM; numero_historia_clinica; hospital_number; medical_record_no;
   Fallnummer
HEALTH_PLAN_NUMBER: insurance_number; health plan id; policy_no; Versichertennummer|DE_HEALTH_INSURANCE; medicaid_id; member_policy_number;
   health_card_number; subscriber_id; policyholder number
CLAIM_NUMBER: claim_number; claim_id; ClaimNo; Schadennummer
US_MBI: mbi; medicare_beneficiary_id
US_NPI: npi; provider_npi; National Provider Identifier
MEDICAL_LICENSE: dea_number; DEA; medical_license_no
UK_NHS: nhs_number; NHS No; nhsno
CREDIT_CARD: credit_card; cc_number; card_no; CardNumber; Kreditkartennummer; PAN_number|IN_PAN|TAX_ID; numero_tarjeta; creditCardNum;
   carte_bancaire
CARD_CODE: cvv; cvc2; security_code; card_cvv
CARD_EXPIRY: card_expiry; exp_date_card; cc_exp; Credit Card Expiration Date
IBAN_CODE: iban; IBAN_No; customer_iban
ACCOUNT_NUMBER: account_number; acct_no; AccountNo; Kontonummer; bank_account; numero_cuenta; bankaccountnumber; acctnum; conta
SWIFT_CODE: swift; bic; SWIFT/BIC; swift_code
ABA_ROUTING_NUMBER: routing_number; aba_number; RoutingNo
BANK_CODE: sort_code; BLZ; bank_code; Bankleitzahl; ifsc; bsb
LOAN_NUMBER: loan_id; Loan Number; loan_account_no; mortgage_number
LEI: lei; lei_code
CRYPTO: btc_address; wallet_address; bitcoin_wallet; eth_wallet
NATIONAL_ID: national_id; NationalID; personnummer|SE_PERSONNUMMER; Ausweisnummer; cedula; DNI|AR_DNI|ES_NIF; id_card_no; cpf|BR_CPF;
   PESEL|PL_PESEL; bsn|NL_BSN; Aadhaar No|IN_AADHAAR; nino|UK_NINO; curp|MX_CURP; codice_fiscale|IT_FISCAL_CODE; identity_number;
   NRIC|SG_NRIC_FIN; rut|CL_RUT; cnp|RO_CNP; AHV-Nr|CH_AHV; TC Kimlik No|TR_NATIONAL_ID; Documento de identidad; NIK|ID_NIK;
   sin_number|CA_SIN
US_SSN: ssn; social_security_number; SSN_last4; SocialSecurityNo; soc_sec_num
TAX_ID: tax_id; tin; Steuernummer; NIP; vat_number; partita_iva; Steuer-ID|DE_TAX_ID; nif|ES_NIF|PT_NIF|NATIONAL_ID;
   tax_file_number|AU_TFN; ein; cuit; taxpayer id; INN|RU_INN; itin|US_ITIN; rfc|MX_RFC
PASSPORT: passport; passport_no; PassportNumber; Reisepassnummer; pasaporte; num_passeport
DRIVER_LICENSE: driver_license; drivers_license_number; DL_No; Führerscheinnummer; licencia_conducir; dln; driving_licence_no;
   permis_conduire
LICENSE_NUMBER: license_number; LicenseNo; license_no
LICENSE_PLATE: license_plate; plate_number; Kennzeichen; matricula_vehiculo; number_plate; placa; vehicle_registration
VIN: vin; VIN_Number; chassis_no; Fahrgestellnummer
BIOMETRIC: fingerprint; face_embedding; iris_scan
PHOTO: photo; profile_picture; photo_url; avatar; selfie
FREE_TEXT: notes; comments; Remarks; Bemerkungen; observaciones; free_text; clinical_note; Commentaire; review_text; message;
   Additional comments; discharge_summary; feedback; Opmerking
POSTAL_CODE: zip; zipcode; ZIP Code; postal_code; PLZ; code_postal; cp; CAP; CEP; postcode; Postleitzahl; código postal; pin code; zip5;
   postnummer; kod_pocztowy; shipping_zip
GEO_COORDINATES: latitude; longitude; lat; lon; lng; GPS:Latitude; geom; coordinates; pickup_longitude; Lat/Long; home_lat; the_geom;
   _gps_latitude; geolocation; Y_coord; breitengrad
CITY: city; Stadt; ciudad; ville; Wohnort; comune; cidade; Plaats; town; place_of_birth; BirthPlace; city_name; miasto; hometown;
   municipality|COUNTY; lieu_de_naissance; Ort
COUNTY: county; county_name; district; Landkreis; admin2; Residence County
REGION: state; province; region; Bundesland; provincia; admin1; estado; State/Province; départment|COUNTY; uf
COUNTRY: country; Country Code; pays; Land; país; country_of_birth; CountryName; nazione; residence_country
DATE_TIME: date; created_at; timestamp; admission_date; birth_datetime|DATE_OF_BIRTH; Hire Date; DateOfDeath; visit_dt; Datum; fecha;
   updated_at; fecha_ingreso; DischargeTime; order_date; start_date; last_login; Date of admission; modified; deathdate; enrolment date;
   Dt_Customer; InvoiceDate; data_ricovero; sample_date; time|none; registration_date
DATE_OF_BIRTH: dob; DateOfBirth; dateofbirth; birth_date; BIRTHDATE; Geburtsdatum; fecha_nacimiento; date_de_naissance; data_nascimento;
   data_di_nascita; geboortedatum; data_urodzenia; birthday; year_of_birth; birth_year; YOB; D.O.B.; födelsedatum; syntymäaika; fec_nac;
   pt_dob; tgl_lahir; doğum tarihi; bdate
AGE: age; Age; age_years; Alter; edad; âge; idade; leeftijd; Q1. What is your age?; patient_age; AGE_GROUP; wiek; Age at diagnosis; età;
   age_range; agegrp; ageYears
GENDER: gender; Sex; Geschlecht; sexo; sexe; genere; gender_concept_id|none; geslacht; gndr; PatientSex; #affected+f|none; płeć;
   cinsiyet; kön; Sex (M/F); sesso; jenis_kelamin; gender_identity
NATIONALITY: nationality; natl; Staatsangehörigkeit; citizenship; nacionalidad; nationalité; cittadinanza; native_country|COUNTRY;
   nationaliteit
MARITAL_STATUS: marital_status; MaritalStatus; Familienstand; estado_civil; civil_status; marital; situation_familiale; stato_civile
EDUCATION_LEVEL: education; education_level; highest_degree; nivel_educativo; Schulabschluss; escolaridade; Degree; educ;
   Highest level of education completed
OCCUPATION: occupation; Job Title; profession; Beruf; profesión; job_role|none; ocupacion; beroep; job; zawód; JobTitle; professione;
   position_title
ORGANIZATION: company; employer; Organisation; Company Name; school_name; Firma; empresa; Arbeitgeber; hospital_name; university;
   workplace; société; institution; bedrijf
SPOKEN_LANGUAGE: language; mother_tongue; preferred_language; Muttersprache; idioma; langue; language spoken at home
ETHNIC_GROUP: race; ethnicity; Ethnic Group; etnia; RaceDesc; hispanic; caste; tribe; raza_color; ETHNIC
RELIGION: religion; Konfession; religious affiliation; religión; faith; church_member
POLITICS: political_party; party_affiliation; ideology; Partei; voted_for; PartyID
SEXUALITY: sexual_orientation; sexuality; lgbt; orientación sexual
UNION_MEMBERSHIP: union_member; trade union; Gewerkschaft; sindicato
PROTECTION_GROUP: displacement_status; refugee_status; IDP; asylum_seeker; Are you a host community member or a returnee?;
   population group (IDP/Host)
DISABILITY: disability; disabled; Behinderung; discapacidad; handicap; Disability Status
GENETIC: genotype; rsid|none; dna_sequence; brca1
BLOOD_TYPE: blood_type; BloodGroup; Blutgruppe; grupo_sanguineo; ABO
DIAGNOSIS: diagnosis; ICD10; icd_code; dx1; primary_diagnosis; diagnostico; Diagnose; cause_of_death; disease; admission diagnosis;
   icd9_code; condition_source_value
PROCEDURE: procedure_code; cpt; surgery; hcpcs_cd; Operation; intervention_type|none; treatment
MEDICATION: medication; drug_name; prescription; rx; ndc; Medikament; dosage; drug; atc_code; Current medications; médicament
HEALTH: hiv_status; smoker; allergies; pregnant; Symptoms;
   smoking_status; vaccination_status
CRIMINAL_RECORD: criminal_record; conviction; offense; arrest_charge; charges|none; felony; sentence_length|none
FINANCES: salary; annual_income; account_balance; credit_score; Gehalt; ingresos; monthly wage; household_income; AnnualIncome;
   net_worth; debt; loan_amount; MonthlyIncome; revenu_mensuel; salaire; credit_limit|none; income_bracket; fico_score
TARGET: target; label; y; churn; outcome; class_label; is_fraud; Survived
none: product_id; category_id; station_id; race_concept_id; status_id; type_id; phone_type; email_opt_in; card_type;
   state_of_health|HEALTH; ip_count; n_patients; address_count; has_email; name_length; is_patient; account_status; date_format;
   url_count; zip_file; birth_weight|HEALTH; age_of_house; page; stage; average; usage; latency; platform; item; classname;
   product_name; file_name; table_name; hostname; species name; scientificName; quantity; price; color; version; score; n_children;
   SibSp; Pclass; Fare; x; col1; V12; unnamed: 0|RECORD_ID; feature_3; petal_length; temperature; humidity; model; make; engine_size;
   rating;
   discount; total; weight_kg|HEALTH; width; size; sku; brand; category; currency; unit_price; stock; status; flag; type;
   code|RECORD_ID; level; value; count; percent; rank; sepal_width; stationery; namespace; filename; event_name; team_name; language_id;
   phone_brand; mileage; horsepower; mpg; altitude; elevation; wind_speed; genre; runtime; variety; cement; ram; battery_capacity;
   num_rooms; yield; accuracy; loss; epoch|DATE_TIME; gdp_per_capita; population; area_sqkm; #region|REGION; doc_type; payment_method;
   shipping_cost; delivery_status; nameplate_capacity; addressable_market; homepage_views; imaging; cellulose; taxonomy; cardinality;
   expiry_days; gene_name; protein_name; dataset_name; bird_species; passenger_count; trip_distance; fare_amount; tolls_amount;
   store_and_fwd_flag; fuel_type; body_style; num_doors; email_verified; phone_verified; is_active; login_count; password_strength;
   ssn_provided; age_of_vehicle; number_of_employees; date_is_estimated
"""

TUNED = """
PERSON: patient_name; cust_name_full; Employee Name; student name; Vor- und Nachname|FIRST_NAME|LAST_NAME; Name of respondent;
   emergency_contact_name; referring_physician; NAME_OF_INSURED; Customer; contactName; beneficiario; Autor; director; actor_1_name;
   created_by|USERNAME; assigned_to|none; sales_rep; Father's Name; guardian_name; spouse_name; nombre_cliente; nom_client;
   nome_cliente; Nome do paciente; Kontaktperson; Sachbearbeiter|none; Ansprechpartner; pt_name; ptname; customername; CUST_NM;
   acct_holder_name; card_holder; cardholder_name; driver_name; author_name; speaker|none; signatory; Inventor; nama_lengkap;
   nama_siswa; imya_familiya|FIRST_NAME|LAST_NAME; фио; 姓名; naam_patient; legal_name; preferred_name; host_name; coach; Lead Name;
   attorney; account_manager; Interviewer; enumerator_name; caregiver name
FIRST_NAME: f_name|PERSON; 1st_name; patient.first_name; First Name (legal); given_names; nombre_1|PERSON|none; prenom_client;
   custFirstName; studentfirstname; empFname; middlename; Rufname; имя; FRST_NM; pt_first_nm; Keresztnév; first_nm;
   primer_nombre_paciente; Förnamn; middle_name
LAST_NAME: l_name|PERSON; lastnm; patient.last_name; family_name; nom_de_famille; Segundo apellido; apellido_paterno; фамилия;
   cust_lname; Nachname Kunde; LASTNAME; birth_name; mothers_maiden_name|PERSON; geslachtsnaam; Cognome cliente; Efternavn; Příjmení;
   Vezetéknév; FamilyName; nombre_familia|none|PERSON
EMAIL_ADDRESS: e-mail address; E_MAIL; customer_email; student_email_id; mailid; correo; email2; parentEmail; contact.email;
   email_addr_txt; EMAIL_ADDRESS_1; Mailadresse; adresse électronique; indirizzo email; adres e-mail; emailto; primaryEmail; e.mail;
   user/email; emailAddressPersonal; billing_email; почта; company_email
PHONE_NUMBER: phone_number; PHONE_NO; mobile; Mobile Number; telephone_number; TelNo; Telefonnummer; numero_telefono; HomePhone2;
   phone_1; phoneNumber; cellphone; Cell Phone #; cell; telefone_celular; téléphone portable; num_tel; telefoon; GSM-nummer;
   customer_phone; emergency_contact_phone; fax_number; phonenum; tel_home; tel.; Handy; mob; nomor_telepon; no_telp; телефон; 手机;
   電話番号; matkapuhelin|none; Primary Contact Number; office_phone; company_phone; tlf; landline
STREET_ADDRESS: address_1; ADDRESS; Add1|none; home_address; permanent_address; street_name; Street No; str_nr|none; direccion_completa;
   adresse_postale; Indirizzo di residenza; endereço_residencial; Adresszeile 1|none; billing_address; shipping_address_line_1;
   address_line_1; patient/address/line; addressline1; Rua; Straat en huisnummer; Wohnadresse|none; residential_address; alamat_rumah;
   адрес; 住所; addr_line_1; customer_address; company_address; ulica_i_numer; Gatuadress|none; apt_number; streetAddress; StreetAddr;
   Hausnr.; current_address
POSTAL_CODE: zip_code; Zip; zip4; POSTCODE; postal; PostalCode; Cod. postal; codigo_postal; código_postal; CAP residenza; postnr; PSČ;
   address_zip; zip_cd; ship_zip; patient_zip; Pincode; pin_code; zipcode_5; Kod pocztowy; ZIP/Postal Code; billing_postcode;
   код_индекс|none
CITY: City/Town; city_of_birth; Town/City; birth_place; Geburtsort; lugar_nacimiento; address_city; City_Name; luogo_nascita; commune;
   Gemeinde; kommun; Localidad; суб_город|none; City of residence; billing_city; stadt_name; kota; birthCity
COUNTY: County; COUNTY_NAME; kreis; admin2_name; distrito; subcounty
REGION: State; state_code; STATE; region_name; Admin 1; Provincia; adm1_name; #adm1+name; wojewodztwo; régió|none; state_of_residence;
   billing_state; prov|none; birth_state
COUNTRY: Country; COUNTRY_CODE; country_name; iso3; ISO_A3; Pais; Herkunftsland|none; country_of_residence; birth_country;
   Country of origin; #country; country_iso2|COUNTRY; billing_country
GEO_COORDINATES: LAT; LONG|none; Longitude; lat_lon; gps_coordinates; start_lat; end_lng; geo_point; location.coordinates; #geo+lat;
   easting; northing; dropoff_latitude; Geolocation; longitud; Längengrad; lat_long; coordonnées gps; x_coordinate; POINT_X|none
DATE_TIME: Date; DATE; signup_date; date_created; created; createdAt; last_updated; event_time; transaction_date; date_of_death;
   admit_dt; discharge_date; ADMITTIME; hire_dt; fecha_alta; date_entree; Eintrittsdatum; data_admissao; Aufnahmedatum|none;
   birth_certificate_date|none; checkin_date; tanggal; appointment_date; order_purchase_timestamp; timestamp_utc; claim_date;
   date_of_visit; diagnosis_date; LastLoginTime; expiry_date; contract_end_date; Date de naissance du dossier|DATE_OF_BIRTH;
   Startdatum|none; Date/Time; date_time; DTHHRDT|none; data_zatrudnienia; #date+reported; date reported; pickup_datetime; Hora|none;
   login_time; joining_date; datum_narození|DATE_OF_BIRTH; policy_start_date; date_email_sent
DATE_OF_BIRTH: DOB; patient_dob; birth dt; Birth Date; birth; date_birth; Geb.datum; geb_dat; GebDatum; fechaNacimiento;
   fecha_de_nacimiento; Date naissance; DataNascimento; nascimento; data nascita; dt_nasc; d.o.b; customer_birth_date; BirthYear;
   date of birth (dd/mm/yyyy); patient.birthDate; birthdt; dobirth; fødselsdato; дата_рождения; 生年月日; Birth_Month|none;
   Tanggal Lahir; DoB; What is your date of birth?
AGE: AGE; age_in_years; patientage; Alter (Jahre); edad_paciente; respondent_age; age_at_admission; How old are you?; agey;
   customer_age; ageAtDiagnosis; anchor_age; age_band; HoH age; yaş; возраст; Idade do aluno; Age (years)
GENDER: GENDER; sex_code; patient_sex; Sexe; Género; GÉNERO; gender_cd; What is your gender?; kon|none; sexo_paciente; SEX_CD;
   riagendr|none; sex_at_birth; пол; 性别; customer_gender; Gender of respondent; gender identity; Kjønn
NATIONALITY: Nationality; nationality_code; Nationalität; nacionalidade; Citizenship Status; obywatelstwo; patient_nationality;
   Citizenship; гражданство
MARITAL_STATUS: maritalstatus; Marital Status; estadoCivil; état civil; Etat_Civil; MARITAL; Burgerlijke staat; stan_cywilny;
   marital_stat; Zivilstand; Are you married?; stato civile
EDUCATION_LEVEL: Education; EducationLevel; education_num|none; level_of_education; Bildung; niveau_etudes; Grau de escolaridade;
   parental level of education; Highest education; titolo di studio; education_status; Qualification; opleiding
OCCUPATION: job_title; Occupation; Profession; current_job; Employment status; mother_occupation; jobtitle; Fjob; Berufsbezeichnung;
   Ocupação; workclass|none; profissao; функция|none; employment_status; job_category; stanowisko; pekerjaan; should_know_job|none
ORGANIZATION: Company; company_name; employer_name; hospital; University; Organization Name; School; agency_name; Entreprise;
   nombre_empresa; Raison sociale; institution_name; vendor_name; supplier; Manufacturer; merchant; ragione_sociale|none; Krankenhaus;
   Facility Name; Partner organization
SPOKEN_LANGUAGE: Language; native_language; primary_language; language_spoken; Langue maternelle; idioma_preferido; lengua_materna;
   language_code; спок_язык|none; Main language spoken at home
ETHNIC_GROUP: Race; RACE; ethnic_group; ethnicity_desc; Race/Ethnicity; race_cd; Ethnie; raça; skin_color; raca/cor; patient_race;
   Tribe; race_ethnicity; Hispanic or Latino; Ethnische Herkunft|none
RELIGION: Religion; patient_religion; religious_preference; Konfessionszugehörigkeit; religião; agama; Religionszugehörigkeit|none;
   denomination
POLITICS: party; political_affiliation; Political Party; partei; political_views; vote_choice; party_id
SEXUALITY: sexual orientation; SexualOrientation; lgbtq; orientation sexuelle
UNION_MEMBERSHIP: union_membership; trade_union_member; Gewerkschaftsmitglied; is_union_member
PROTECTION_GROUP: Refugee; idp_status; displacement status; is_refugee; asylum_status; statut_refugie; Are you an IDP?; host_community;
   residency_status; migration_status; desplazado; Flüchtlingsstatus
DISABILITY: Disability; has_disability; disability_type; Disabled; is_disabled; Schwerbehinderung; handicap_status; deficiencia;
   person with disability
BLOOD_TYPE: blood_group; Blood Type; bloodtype; Grupo sanguíneo; groupe sanguin; gruppo_sanguigno; golongan darah|none;
   blood type (ABO)
GENETIC: genetic_test; dna; mutation; snp_id; allele1; Genotype
DIAGNOSIS: Diagnosis; diagnosis_code; ICD-10; icd10cm; Diagnosis1; principal_diagnosis; diagnosis_description; DX_CD; Disease;
   diagnostico_principal; Hauptdiagnose|none; diagnóstico; cause of death; Condition; comorbidities; dx_code_2; патология|none;
   motivo_consulta|none|FREE_TEXT; medical_condition; ICD_CODE_3
PROCEDURE: procedure; ProcedureCode; CPT code; cpt_cd; Surgery Type; treatment_type; procedure_desc; intervention; Behandlung;
   treatment plan
MEDICATION: Medication Name; drug_code; medications; prescription_drug; medicamento; NDC_code; dose; prescribed medication; meds; drugs;
   rxnorm; Medikation|none; ATC; Drug
HEALTH: HIV; hiv_result; is_pregnant; has_diabetes; diabetes; hypertension;
   heart_disease; smoking_history; cigsPerDay; allergy; symptoms; mental_health;
   medical_history; vaccinated; alcohol_consumption; pregnancy_status; Pregnancies; chest_pain_type; stroke; cancer;
   health_status
CRIMINAL_RECORD: arrested; criminal_history; is_recid; prior_convictions; Straftat; felonies; antecedentes_penales; offence_type;
   conviction_date|DATE_TIME; casier_judiciaire
FINANCES: Salary; income; Income Level; monthly_income; Household Income; creditScore; balance; bonus; Salario; Einkommen; stipendio;
   Annual Salary; base_salary; wage; net_salary; EstimatedSalary; debt_to_income; HHIncome; income_level; salary_in_usd; pensione|none;
   gaji; hourly_rate|none; bank_balance; ApplicantIncome; LoanAmount; зарплата
TARGET: Target; Churn; Outcome; class|none; fraud; Label; Attrition; is_churn; readmitted; default; isFraud; Exited
FREE_TEXT: Notes; comment; Remarks/Comments; notizen; clinical_notes; patient_notes; free text; doctor_notes; Please explain;
   any other comments?; observações; Note_Text; comments_customer; reviewText; text|FREE_TEXT; tweet; Beschreibung; progress_note;
   narrative; feedback_text; Complaint description; other_specify|none; commentary|none; nota; uwagi
URL: URL; Website URL; web_address; facebook_url; link; profile_url; LinkedIn|USERNAME; webseite; image_url|PHOTO; sitio web;
   homepage_url; pagina_web|none; GitHub URL
IP_ADDRESS: IP; ip_addr; IP Address; source_ip; ipaddress; user_ip; login_ip; ipv6; IPAddress; server_ip; customer_ip_address
MAC_ADDRESS: MAC Address; device_mac; mac_addr; MACADDRESS; wifi_mac_address
USERNAME: Username; user_login; login_name; handle; twitter; instagram_handle; screen_name; nickName; nom_utilisateur; telegram;
   account_username; loginId; gebruikersnaam
PASSWORD: Password; user_password; pass_word; hashed_password; passwort; contraseña; mot_de_passe; passwordHash; secret; apiKey;
   access_token
DEVICE_ID: Device ID; deviceId; serial_number; device_serial_number; android_id; idfv; deviceuuid; advertising_id; iccid; SerialNo
IMEI: IMEI_number; imei1; IMEI
RECORD_ID: Id; ID; user_id; userid; UserID; employeeId; Employee ID; EmpID; customer_no; client_id; student_no; member_no;
   Matrikelnummer|none; subjectID; participant_id; respondentid; case_id; CaseNo; visit_id; encounterId; order_no; invoice_no;
   transactionId; ticket_no; record_id; uid; objectid; _id; household_id; hh_id; donor_id; Kunden-Nr.; N° client; num_client;
   id_cliente; codigo_cliente; Nr. klienta|none; staff_no; provider_id; doctor_id; person_id; visit_occurrence_id|none; stay_id;
   session_id; booking_id; Debitorennummer|none; no_pelanggan; mitarbeiternummer; applicant_id; driver_id; seller_id; reviewerID;
   author_id; host_id; custid; clientid; loginid|USERNAME; registration_number; Roll No|none; Expediente; Aktenzeichen; passengerid;
   PARTICIPANT ID; account_uuid|UUID|ACCOUNT_NUMBER; voucher_no|none; parent_id; file_no|none; contract_no; Case Number
UUID: UUID; customer_uuid; guid; _uuid; session_uuid; instance_uuid|UUID
MEDICAL_RECORD_NUMBER: MRN; patient_id; PatientID; patientid; medical_record_number; med_rec_no; pat_id; PATNO; id_paciente;
   Patienten-ID; chart_no; patient_no; patient_number; hospital_no; historia_clinica; patient_identifier; MRN Number; UHID
HEALTH_PLAN_NUMBER: policy_number; PolicyNo; insurance_id; Insurance Policy Number; subscriber_no|RECORD_ID; health_insurance_number;
   Krankenversicherungsnummer|DE_HEALTH_INSURANCE; medicaid_number; insurance_member_id; n_assurance|none; member_id_insurance;
   health_plan_number; beneficiary_id|RECORD_ID; numero_poliza; medicare_number|US_MBI|AU_MEDICARE; insurance_no
CLAIM_NUMBER: Claim Number; claim_no; ClaimID; claim_nbr; claim_reference
US_MBI: MBI; mbi_number
US_NPI: NPI; npi_number; rendering_provider_npi; NPI_ID
MEDICAL_LICENSE: DEA Number; dea_no; medical_license; medical license number
UK_NHS: NHS Number; nhs_no; NHSNumber
CREDIT_CARD: Credit Card Number; card_number; CreditCard; creditcardnumber; ccn; debit_card_no; card_num; Kreditkarte;
   número de tarjeta; card number; Kartennummer; numero_carta; cc_num; credit_card_no
CARD_CODE: CVV; cvv2; CVC; card_security_code; CVV Code
CARD_EXPIRY: cc_expiry; card_exp_date; card_expiry_date; expiry_month; card_exp_month; credit_card_expires
IBAN_CODE: IBAN; iban_number; IBAN Nummer; account_iban
ACCOUNT_NUMBER: account_no; AccountNumber; acct_number; account; acct_num; bank_account_number|US_BANK_NUMBER; Cuenta bancaria; Kontonr;
   n_compte|none; rekeningnummer; account_id; AcctID; bank_acct; numero_conto; номер_счета|none
LOAN_NUMBER: loan_number; LoanID; loan_no; Loan Account Number; Loan_ID
SWIFT_CODE: SWIFT; BIC; swift_bic; SWIFTCode; bic_code
ABA_ROUTING_NUMBER: routing_no; ABA; aba_routing_number; bank_routing_number
BANK_CODE: Bank Code; IFSC Code; sortcode; sort code; bank_sort_code; BSB Number
LEI: LEI; lei_number; legal_entity_identifier
CRYPTO: wallet; btc_wallet_address; bitcoin_address; Wallet Address; ethereum_address
NATIONAL_ID: National ID Number; national_id_no; nationalId; id_number; ID No|RECORD_ID; identity_card; idcard; cédula;
   cedula_identidad; numero_documento; documento; DNI paciente; dni_nie|ES_NIE; CPF do cliente|BR_CPF; nr_pesel|PL_PESEL;
   BSN-nummer|NL_BSN; aadhar_no|IN_AADHAAR; National Insurance Number|UK_NINO; ni_number|UK_NINO; numero_securite_sociale|FR_NIR;
   NIR|FR_NIR; Sozialversicherungsnummer|DE_SOCIAL_SECURITY; SV-Nummer|none; AHV_Nummer|CH_AHV; rodné číslo|CZ_RC; cpr_nr|DK_CPR;
   fødselsnummer|NO_FODSELSNUMMER; henkilötunnus|FI_PERSONAL_IDENTITY_CODE; asmens kodas|LT_ASMENS; personas_kods|LV_PK;
   isikukood|EE_IK; EGN|BG_EGN; OIB|HR_OIB; AMKA|GR_AMKA; tc_no|TR_NATIONAL_ID; PPSN|IE_PPS; CURP|MX_CURP; RUT|CL_RUT; 身份证号|CN_RIC;
   my_number|JP_MY_NUMBER; 주민등록번호|KR_RRN; thai_id|TH_TNIN; nric_no|SG_NRIC_FIN; MyKad No|MY_NRIC; no_ktp|ID_NIK;
   sa_id_number|ZA_ID_NUMBER; NIN|NG_NIN; SIN|CA_SIN; voter_id|IN_VOTER|RECORD_ID; emirates_id; CNIC; govt_id; government_id_number;
   Personalausweisnummer|DE_ID_CARD; rijksregisternummer|BE_NN; numero_carta_identita; Social Insurance Number|CA_SIN; HKID
US_SSN: SSN; Social Security Number; soc_sec_no; social_security_no; ssn_number; patient_ssn; SSN#; SS#|none
TAX_ID: TaxID; tax_number; Steuer-Nr.|none; steuer_id|DE_TAX_ID; P.IVA; VAT Number; vat_id; EIN; CUIT; taxpayer_identification_number;
   TFN|AU_TFN; gstin; GST Number|none; RFC|MX_RFC; nif_cliente|ES_NIF|NATIONAL_ID; NIP klienta; ИНН|RU_INN; UTR; SIRET; nit|TAX_ID; PAN
   Card No|IN_PAN;
   npwp; USt-IdNr.|none; tax_code|none
PASSPORT: Passport Number; passport_id; passportno; Passport #; pasaporte_numero; numéro de passeport; Reisepass; PassportNo; паспорт;
   paspoortnummer
DRIVER_LICENSE: Driver License Number; driving_license; drivers_lic_no; DriverLicenseNo; driver's license; rijbewijsnummer;
   numero_patente|LICENSE_PLATE; DL Number; Driving Licence; führerschein; CNH
LICENSE_NUMBER: license; License Number; professional_license_no|MEDICAL_LICENSE; licence_no; permit_no|none|NATIONAL_ID; license_id
LICENSE_PLATE: License Plate; plate_no; plateNumber; Vehicle Registration Number; car_plate; targa; kenteken; numberplate;
   KFZ-Kennzeichen; vehicle_plate; nopol|none; immatriculation; reg_no_vehicle|none
VIN: VIN; vin_no; vehicle_identification_number; VIN Number; chassis_number; vehicleVin
VEHICLE_ID: vehicle_id; car_id; VehicleID
BIOMETRIC: fingerprint_id; biometric_id; faceprint; fingerprint_hash
PHOTO: Photo; photo_path; profile_photo; profilePic; user_photo; Foto; headshot
none: bmi; blood_pressure; HbA1c; heart_rate; cholesterol; systolic_bp; hemoglobin; BloodPressure; Glucose; SystolicBP;
   diastolic_bp; blood_glucose_level; resting_heart_rate; spo2; platelet_count; avg_glucose_level; wbc; serum_creatinine; bp;
   item_code; material_cd; rgb code; isbn; loinc_code; exit code; pt_item_name; cust_software_version; X12; V3; field_12; col7;
   lead_time; length_of_stay; time_in_hospital; dose form; mobile_os; birth order; iso_currency; model year;
   phone_count; card_number_count|none; num_children; n_addresses; has_phone; ssn_flag; license_type; passport_required; id_type;
   ID Type; name_type; age_of_house; vehicle_age; account_age_days; number_of_dependents; No. of children; # of employees;
   Anzahl Kinder; nombre_enfants; nombre d'enfants; numero_hijos; num_products; HasCrCard|none; NumOfProducts; Tenure; IsActiveMember;
   Geography|none; CryoSleep; Destination; VIP; RoomService; Cabin|none; Embarked; Parch; Ticket|none; duration; campaign; pdays;
   previous; poutcome; emp.var.rate; cons.price.idx; capital-gain|FINANCES; hours-per-week; fnlwgt; relationship|none; petal.width;
   alcohol|HEALTH; chlorides; bedrooms; sqft_living; yr_built; floors; waterfront; grade; MSSubClass; LotArea; GarageCars;
   neighbourhood_group|CITY; room_type; minimum_nights; number_of_reviews; reviews_per_month; availability_365; last_review|DATE_TIME;
   show_id|RECORD_ID; listed_in; listing_url|URL; Invoice amount; StockCode; UnitPrice; prod_name; item_id; sku_id; campaign_name;
   adgroup_name; device_type; os_version; browser_name; app_name; server_name; column_name; file path; folder_name; module_name;
   class_name; variable name; dataset_id; team_name; home_team; league_name; stadium; Genus; species; common_name|PERSON; Kingdom;
   gene_id; sample_type; assay_name; plate_id|LICENSE_PLATE; well_id; instrument; wavelength; intensity; pH; conductivity; CO2; pm2_5;
   pressure; rainfall; humidity_pct; station_name; sensor_id; road_type; vehicle_type; make_model; body_type; fuel; odometer;
   transmission; num_cylinders; address_type; city_population|none; country_count; zip_count; state_changed; email_count; emails_sent;
   url_length; domain_rating; page_views; click_rate; user_count; users_total; customer_count; total_customers; avg_age;
   mean_income|FINANCES; median_age; male_population|none|GENDER; pct_female; unemployment_rate; birth_rate; death_rate; births; deaths;
   cases; confirmed_cases; patients; hospital_beds|ORGANIZATION; bed_count; ward; ward_type; priority; severity; sentiment;
   language_version; programming_language|SPOKEN_LANGUAGE; time_spent; response_time_ms; wait_days; duration_minutes; days_to_ship;
   shipping_method; payment_type; currency_code; exchange_rate; tax_amount; tax_rate; tax; vat_amount; vat_rate; discount_pct; subtotal;
   card_brand; card_network; account_type; account_status; loan_status|FINANCES; loan_term; interest_rate; date_type; date_format;
   is_holiday; weekday; month; quarter; year; week_number; season; color_code; size_id; user_agent; user_type; customer_segment;
   member_type; employee_count; contact_method; contact_preference; preferred_contact_method; email_format; email_status; phone_valid;
   name_match_score; name_similarity; id_verified; is_email_valid; insurance_type; policy_type; claim_type; claim_status; order_status;
   order_type; order_quantity; item_count; message_count; comment_count; review_score; review_count; star_rating; notes_length;
   page_number; line_number; row_count; version_number; model_number; part_number; serial_type|none; batch_no; lot_number;
   flight_number; room_number; floor_number; gate; seat|none; track_id; song_name; artist_popularity; movie_title; book_title;
   course_name; subject_name; exam_score; math score; GPA|none; grade_level; semester; credits; mineral_name; planet_name;
   city_area_km2; latency_ms; postage; message_type; passage; coverage; leverage; image_width; domain; protocol; port; src_port;
   bytes_sent; packet_count; http_status; response_code; error_message|FREE_TEXT; log_level; thread_id; process_id;
   job_status|OCCUPATION; job_type|OCCUPATION; task_id; event_type; event_category; age_limit; age_rating|AGE; max_age|none;
   gender_ratio; race_name; race_time; race_date|DATE_TIME; circuit_name; lap_time; party_size|none; class_size; degree_days|none;
   major|none; cell_type; cell_count; cell_line; mac_version|none; ip_version; ip_range|none; bank_name|ORGANIZATION; bank_type;
   shop_name; restaurant_name; hotel_name; airport_code; route_id; stop_name; train_name; vessel_name; port_name; imo_number;
   aircraft_type; product_description|FREE_TEXT; item_description|FREE_TEXT; job_description|FREE_TEXT|OCCUPATION; Produktname;
   nombre_producto; nom_produit; Artikelnummer; artikelnr; Menge; Preis; precio; prix; Einheit; unidad; Kategorie; estado_pedido;
   statut; Typ; tipo_documento; tipo_cliente; Anzahl; Summe; couleur; Farbe; taille; poids; hauteur; Gewicht; jumlah; harga; kategori;
   cantidad; descuento; talla; marca; modelo; categoria
"""
