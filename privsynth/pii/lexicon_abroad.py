"""Words of headers in further languages, and in Cyrillic, Greek and Latin transcriptions; read like ``lexicon_persons``.

Words that are written apart (``dien thoai``) stand here as one; a word that another list holds keeps its meaning there.
"""

from __future__ import annotations

ABROAD = """
number: arithmos bango bangou bilangan mispar numar numerul sankhya stevilka szama αρ αριθμος кількість
code: azonositoja kodas kodikos kods koodo sifra tunnus κωδικος код
record+id: ugyfelazonosito ugyfelszam
id: azonosito identifikator identifikatorius identyfikator tunniste
patient: asthenis benhnhan beteg hasta kanja pacienta pacientului pacienty pacijent pacijenta pacjenta pasient pasientens patientens
  patsient patsienta pnt potilas ασθενης ασθενους пациента пацієнт пацієнта
person: abitante abonne adherent adquirente afiliado allocataire angajat anggota ansatt ansatte anstalld antragsteller applicantee
  arrestee asiakasnimi asiakkaan asigurat assegnatario assistito attention attn beneficiar beszallito bewerber bewohner bewoner bride
  calisan carer caretaker cashier cdtr cessionario chef cittadino clerk coapplicant coauthor coborrower complainant consignee consignees
  cosigner cosignor cumparator czlonek darlehensnehmer dbtr debtr deelnemer detainee dolgozo drzitel elector employes emprunteur enrolee
  executor eyewitness golfer grantee grantor groom guarantor henkilo henkilon hospede huesped huurder insurant interessado intestatario
  juror khachhang klienta klienti kliento klientow kokyaku kunda kundens landlady landlord lavoratore learner lessee lessor lidmaat
  locataire majitel mandant medarbejder medlem mieter mijoz musteriler nasabah nguoidung nhanvien nomineename nutzer obligor ogrenci
  opdrachtgever orang osoba osobe osoby pasajero passager pegawai pekerja pelamar pelatis pembeli pemilik penduduk penerima perpetrator
  personel poa pojistence pojistenec policyowner potilaan pracownik pracownika prisoner proband responsable responsavel roommate salaried
  shain shareholder shareholders shipper stranded studierender submitter survivor teilnehmer tenantee trabajador trabalhador trustee
  ubezpieczonego ubezpieczony uczen ucznia ugyfel usager usagers uye vasarlo versicherungsnehmer vertragspartner verzekerde
  verzekeringnemer vevo vlasnik witness ypallilos zakaznika zamestnance zamestnanec πελατη πελατης абонент владелец заемщик заемщика
  заявитель клиента клиентов клієнт клієнта особа особи отправитель персона плательщик плательщика покупатель покупателя получатель
  работник работника сотрудника студент студента
professional: adjuster anaesthetist anesthesiologist asesor bacsi bearbeiter berater beraterin caseworker conseiller doktor dosen
  ejecutivo gestionnaire giaovien gpname hospitalist interlocuteur laakari laege lakari lekar lekare lekari midwife nauczyciel ogretmen
  operador opettaja orvos phlebotomist profesora recruiter rendering sachbearbeiter sachbearbeiterin sensei supervising ucitel underwriter
  vendedor vendeur врач врача лікар
relative: aiti anyja apja bochong coniuge edesanyja esposa esposo fiance mama manzel manzelka matka matky ojca orangtua otce otec relative
  supruga tata батько матери мати мать отец отца супруг
contact+name: billto billtocontact billtoname primarycontact shipto shiptocontact shiptoname soldto soldtoname
full+name: apellidosnombres apellidosynombre apenom apynom celejmeno cognomenome fuldenavn fullnavn hoten hoteno hovaten imeiprezime
  imeprezime kokonimi naam名 namae namaepenuh namearabic namekana namekanji nimisukunimi nombreyapellido nomecognome nomesocial nomyprenom
  onomateponymo polnoeimya poluimya prenomnom seimei shimei teljesnev vardasirpavarde vardsuzvards wholename ονοματεπωνυμο πιб кокоnimi
  прізвищеімя піб お名前 担当者
name: ime namanya neve numele onoma vardas vards ονομασια
first+name: calledname deuxiemeprenom eesnimi firstnam fnam giventname ismi keresztneve knownas kresniime krestnijmeno kutsumanimi
  mellannamn mellemnavn mellomnavn namadepan namapertama namatengah nombrepila nombrepropio nomebatismo nomepadre othername othernames
  petname prenumele primernombre pronome secondprenom segundonombre tendem tilltalsnamn toinennimi voorletters имени отчества
last+name: apemat apepat birthname csaladinev csaladneve eponymo famname famnm fodenavn formername hodem leanykori madchenname
  maedchenname meisjesnaam myoji namabelakang namakeluarga nazwiska nomjeunefille nomnaissance panienskie patronymique pavarde
  perekonnanimi perekonnimi pikenavn priimek prizvyshche rodnejmeno rodowe slaegtsnavn slaektsnavn slaktnamn suvname tyttonimi ultimonome
  uzvards прізвище
address: adresu adresy alamatnya besoksadress bezoekadres bopael bopaelsadresse bydlisko bydliste diachi dieuthynsi direccionentrega
  direnteg dodaciadresa domicil domiciliu gateadresse gatuadress genjuusho hausanschrift indir jusho juusho kotiosoite lahiosoite lakcime
  lakhely lakohely leveransadress leveringsadresse lieferadresse localaddress locationaddress meldeadresse mieszkania pata pataa postadres
  postadress postadresse postanschrift presentaddress rechnungsadresse siteaddress tartozkodasi toimitusosoite trvale wohnadresse
  wohnanschrift woonadres zameldowania zamieszkania адреса адресу
address+line: addone complement complemento lieudit
street: caddesi duong gateadr gatunamn gatve kozterulet odos sokagi strada tanav ulice ulitsa utcanev utcza veinavn vejnavn voie οδος
  вулиця
house+number: cislopopisne hazszam husnr kapino kapinumarasi nrdomu nrlokalu nrmieszkania numcivico numerodomu numeroexterior
  numerointerior numeromaison numerovoie numvoie pobox postfach sonha streetnr strnr talonnumero
city?: место
city: asuinkunta bostadsort geburtsstadt gorod localitate mestoprebivalisca miestas obce obec pilseta poststad poststed shichoson
  stadtteil telepules thanhpho місто
county: huyen judetul kabkota maakonna megye okresu powiatu quanhuyen
region: comarca eyalet laani megyek oblasti provinsinya todofuken voivodeship zupanija краи края області
country: drzava orszag orszaga quocgia riik valsts valstybe краіни риik стране
email: correioeletronico dirmail eadres elektronnayapochta elektronskaposta elpastas elposta emailaddr emailadresy emailcim emailova emel
  epasts epostadress epostadresse eposti imeil imel mailadress mejl meru meruado meruadoresu pec pochta poczta pocztaelektroniczna replyto
  sahkopostiosoite smtp smtpaddr smtpaddress surel thudientu ηλεκτρονικηδιευθυνση пошта электронныйадрес
phone: bereavementphone bimbit callback cellul cepno cepnumarasi ceptel denwa didong dienthoai festnetz fono gsmno gsmnr handphone
  kannykka keitai kinito komorki komorkowy landlinephone matkapuhelin matkapuhelinnumero mobiele mobilephones mobilni mobilny mobilszam
  msisdns nomertelefona nowa numeroportable ponsel sdt smsnumber smsphone sodidong sodt talrunis telefona telefonas telefonisch telefonu
  telefony telephonique tfno tilefono tlfno κινητο τηλ τηλεφωνου моб мобильного мобильныи мобільнии сотовыи тел телефонныи телефону
phone+number: anumber bnumber callednumber calledparty callerid callernumber callingnumber callingparty dialednumber dialled diallednumber
  faxnum faxnumber
url: blog blogs hemsida hjemmeside homepeji honlap internetseite istoselida kotisivu lamanweb landingpage netadresse nettside
  paginapersonal personalpage personalsite profilepage profillink sayt siteinternet sitio sito situs stranka stranky strona tautan
  trangweb verkkosivu webadresi webbplats weboldal webova webove websted www ιστοσελιδα посилання саит ссылка
ip: forwardedfor orighost remotehost xforwardedfor
ip+address: daddr saddr sourceipaddress
mac: bdaddr bluetoothaddress dmac ethmac lanmac smac wlanmac
username: accountlogin anmeldename anvandarnamn benutzerkennung bluesky brugernavn brukernavn discord felhasznalonev gamertag gitlab
  identifiantconnexion inlognaam kakao kasutajanimi kayttajanimi kayttajatunnus korisnickoime kullaniciadi lietotajvards lineid loginnaam
  loginnavn mastodon namapengguna nazwauzytkownika numeutilizator odnoklassniki onomaxristi pinterest pseudo psn psnid reddit roblox
  steamid tendangnhap twitch userhandle uzivatelskejmeno vartotojovardas vkontakte wechat wechatid weibo xbox yuuzaamei имяпользователя
  логин никнеим
password: adgangskode claveacceso contrasenia encryptionkey geslo hashedpassword jelszo katalaluan katasandi kodikosprosvasis kodordet
  lozinka matkhau otp palavrapasse parol parola passkey pasuwaado privkey recoverycode salasanansa secretanswer securityanswer sifresi
  slaptazodis sshkey totp userpass zugangscode zugangspasswort κωδικοςπροσβασης пароль пароля
token: jwt
device+id: browserfingerprint cihazid deveui deviceeui deviceimei deviceudi enhetsid esn eszkozazonosito geraeteid geraetenummer gerateid
  hardwareid hwid idperangkat idurzadzenia idustroystva installationid installid laitetunnus machineid meid meterno meternumber
  meterserial numerocompteur openudid perangkatid simcardno simcardnumber simno simnumber simserial simserialnumber udi udidi
  zaehlernummer zahlernummer серииныиномер
push: apns fcm firebase gcm push
person+id: idpelanggan partid persid ugyfelid
person+number: admissionnumber admno ansattnummer anstallningsnummer asiakasnro asiakasnumero badgeid badgeno badgenumber cislozakaznika
  clientenumero clockno clocknumber elevnummer emplid enrolleeno ffn frequentflyer frequentflyernumber hastano kdnr kodikospelati kundennr
  kundenr kundenummer kundnr kunnr learnerno librarycard librarycardno librarycardnumber lidnummer loyaltycard loyaltycardno
  loyaltycardnumber loyaltyid loyaltyno loyaltynumber mabenhnhan makh makhachhang manhanvien masinhvien matrikelnr matrikelnummer
  medarbejdernummer medlemsnr medlemsnummer membershipno membershipnumber memid mitgliedsnr mitgliedsnummer mssv nisn nrklienta
  nroafiliado nrosocio numadherent numeroadherent numerosocio ogrencino pasienid payrollid payrollno payrollnumber pernr persnr
  personeelsnummer potilasnumero randno randomisationnumber randomizationnumber regnummer respno rollno rollnumber screeningno
  screeningnumber shainbangou sicilno sinhvien studentnr tabelnynomer tyontekijanumero uyeno табельныи
event+number: applno belegnr belegnummer bestellnr bestellnummer bestelnummer bestillingsnummer billno billnumber bookingreference
  cisloobjednavky cislosmlouvy confirmationno confirmationnumber dosyano encno endtoendid fakturanr fakturanummer folio labno
  numeropratica numeroprocesso numerzamowienia ordernr ordrenr ordrenummer pnrcode processnumber receiptno receiptnumber regno regnumber
  rendelesszam sagsnr sagsnummer saksnr saksnummer siparisno spellno spellnumber tilausnumero trackingno trackingnumber vorgangsnummer
  zamowienia номерзаказа
reference+number: crn urn vorgangsnr
mrn: benhan cartellanr caserecord chorobopis chorobopisu ehrid ehrnumber emrid emrnumber fisapacient foaieobservatie hastadosya
  hastadosyano histclinica historiichoroby hospitalid ipdno ipdnumber ipp journalnr journalnumber journalnummer kartoteki kartotekszam
  karute karutebangou korlap korlapszam krankenaktennr krankenaktennummer krankenblatt krankenblattnummer mabenhan medicalfile
  medicalfilenumber medkarty mrno mrnumber nomorrm nomr norekammedis nosologico nrohc numcartella opdno opdnumber patientfile
  potilaskertomus potilaskertomusnumero processoclinico rekammedik rekammedis rekmed sobenhan umrn unitrecord urnumber историиболезни
  медкарты
insurance: apolices asigurare asuransi baohiem biztositas biztositasi forsakring forsakrings forsikring forsikrings hihokensha hoken
  hokensho kotveny krankenversicherung krankenversicherungs obrasocial omc pojisteni pojistky pojistovna polisa polise polisy polita
  polizzen sigorta strachovka ubezpieczenia ubezpieczenie vakuutus versicherungsschein ziekenfonds zorgverzekering полис полиса полису
  страховии страховка страховки страховои
insurance+number: bhyt bpjs cardvitale carecard carecardno cartaosus cartevitale cip cislopojistence cislopojistky dvafile dvano dvanumber
  egk egknummer ehic ehicnumber forsakringsnummer hcn healthcareno hicnum hihokenshabangou hokenshobangou kartusehat kelakortti
  kotvenyszam kvkarte mabaohiem mathebhyt memberidinsurance nobpjs nroafiliacion numafiliacion numarasigurat numarpolita numeropolice
  numpolice personalhealthnumber pojistovny policeassurance policenr policenumarasi policenumber policenummer polisenummer polisnummer
  polisoms polizenummer polizzennummer polnum ramq sobaohiem sobhyt sothebaohiem sozialversicherungskarte subscrno sundhedskort taj
  tajszam tarjetasanitaria thebhyt vitale zorgpolisnummer номерстраховки полисомс
claim: boithuong dauna hasar karesemeny karszam klaim klaimnya pojistneudalosti reclamation schadenfall skada skade skadesag skody szkoda
  szkody vahinko убытка убыток
claim+number: claimcontrolnumber eob eobnumber hasardosyano hasarno icn skadenr skadenummer skadnummer vahinkonumero
medical+license: adeli ahpra ahpranumber arztnummer bignummer cedulamedica colegiado conselhomedicina gmc gmcnumber hpr hprnr hprnummer
  lanr lanrnummer lebenslangearztnummer matriculamedica medicalcouncil medicalcouncilno medicalreg medicalregno medicalregnumber nmc
  nmcpin numcolegiado numerocolegiado nurselicense nursinglicense ordinemedici pharmacylicense prescriberlicense pwz rpps sciagmed
  statelicense
license: agrement carnet certification dozvola engedely giayphep habilitation izin licencji licens licenta licentie lisans lisens lisensi
  lisensnummer litsenzii luba lupa permits ruhsat uprawnien uprawnienia vergunning лицензии лицензия
license+number: attorneybar barnumber certificationnumber licensnummer licentienummer lupanumero permitid permitno permitnumber
  pilotlicense prclicense prcno registroprofissional vergunningnummer
card: bankkort betalkort carduri kaado kaarten kartas kartes karti kartica karty kartya kartyaszam kortet kortin maksukortti καρτα καρτας
  πιστωτικη картa карта картка картки карты
credit+card: bankkartya bankovnikarty betaalpas cardlastfour cardpan cartebleue cartecb debitkort dpan fpan hitelkartya kaadobangou
  kartukredit kknr kredikarti kredikartino kreditkort kreditnikarta kreditnikarty kurejitto luottokortin luottokortti maskedpan mastercard
  numcb numerocb panmasked primaryaccountnumber sothenganhang sothetindung tarjetadebito thetindung tokenizedpan visacard банковской
cardcode: atmpin beveiligingscode bezpecnostnikod biztonsagikod cardverificationvalue cav codicesicurezza codigoseguranca codigoseguridad
  codsecuritate cryptogramme cryptogrammevisuel cvvcode guvenlikkodu kartenpin kodbezpieczenstwa kodbezpieki pinblock pruefnummer
  pruefzifferkarte prufziffern sakerhetskod sekyuritiikoodo sikkerhetskode turvakoodi verificationvalue кодбезопасности
expiry: berlaku expirare giltigt gueltigbis lejarat masaberlaku platnost platnosti scade skt sonkullanma udlob udlobsdato udloeb ungultig
  utgangsdatum utlop validto validuntil verval vervalt voimassaolo waznosci срокдеиствия
account: akaun bankgiro bankszamla bankszamlaszam bankverbindung cbu contbancar conturi ctabancaria ctas girokontonr hesabi hesap khata
  konta kontonro kontot konts kouza logariasmos logariasmou nib norek pankkitili plusgiro postgiro rachunki rachunku racun rekeninge
  saskaita scheta szamla szamlaszam taikhoan tilinro tilinumero ucet ucetu uctu λογαριασμος λογαριασμου рахунку рахунок счет счета
account+number: accountnr acno bankkontonummer brokerageaccount cislouctu comptebancaire contclient demat dmat hesapno hesapnumarasi
  kontonumer kouzabangou norekening nrcont nrkonta nrrachunku numarcont pankkitilin raschetnyschet sotaikhoan sotk sourceaccount
  расчетныисчет
loan: annuity boliglan hitel hypoteka hypoteky khoanvay kredisi kreditvertrag kredytu laan laina lainan pinjaman pozyczka pozyczki pujcka
  pujcky uver uveru заим заима кредит кредита кредитного кредитный кредиту
loan+number: darlehensnr darlehensnummer hitelszam kredino kreditvertragsnummer laanenummer lainanumero lanenummer lnnbr loanno makhoanvay
  nrocredito nropinjaman numarcredit numerocredito numeroemprunt sokhoanvay
wallet: billetera carteirabitcoin carteiracripto carterabitcoin cuzdan dompet koshelka ledgerwallet lompakko metamask planbok portafoglio
  portfel portfela tegnebog xpub кошелек кошелька кошельок
identity: buletin henkilokortin henkilokortti identidadnum identificacao identificacion identitate identitatskarte igazolvany
  igazolvanyszam kennkarte legitimation legitimering licna licne nufus obcanka obcanskeho obcanskyprukaz osebna pehchan prukaz
  szemelyazonosito szemelyi taftotita taftotitas zemelyi ταυτοτητα ταυτοτητας удостоверениеличности
national+id: alienregistration arithmostaftotitas cancuoc cancuoccongdan cartaoidentidade cartenationale cartesejour cccd cedulanumero
  chungminh cinnumero ciserie cisloop citizencard citizencardno citizenno citizennumber civilid civilidno cmnd dowodosobisty eidno
  emsostevilka fayda ghanacard greencard greencardno hudumano hudumanumber identitetskort identitycardno identitycardnumber idkaart idkort
  jmbgbroj legitimationsnummer legnr nicno nicnumber noidentitas nomoridentitas numeroidentificacion numerorg numrg omang opcislo
  registrogeneral residencepermitno residentcard residentcardno residentid residentregno rgnumero samagra socancuoc socccd sochungminh
  socmnd szemelyiszam szigszam titresejour udostoverenie udostoverenielichnosti uscis uscisnumber личныйномер снилс удостоверение
  удостоверения
tax+id: adoazonosito adoazonositojel adoszam afmnumero alv alvnumero codfiscal danoveidentifikacnicislo employeridentification
  employeridentificationnumber identificacionfiscal masothue mokesciu moms momsnr momsnummer npwpno pibbroj taxreg taxregistration
  tvaintra tvaintracommunautaire uidnummer uniquetaxpayer uniquetaxpayerreference utrno vatregistration vatregistrationnumber vergi
  vergikimlik vergikimlikno vergino verginumarasi verotunniste αφμ
passport: cestovnidoklad cestovnipas cislopasu diavatirio hochieu pascislo pasos pasporta passinro pasu pasupooto paszportnummer pspt
  putovnica ryoken traveldoc traveldocno utlevel utlevelszam διαβατηριο διαβατηριου паспорта паспортні паспорту
driver+license: adeiaodigisis ajokortin banglai brevete cartaconducao cartadeconducao carteiramotorista cislorp driverlicno drivinglicno
  drivingpermit drvrlic dvla dvlano dvlanumber ehliyetno fahrerlaubnis fahrerlaubnisnr giaypheplaixe gplx habilitacaocnh jogositvany
  koerekort koerekortnummer korekortnummer lesenmemandu licenciaconducir menkyo nomervu permisoconducir prawajazdy ridicak ridicsky
  ridicskyprukaz simpengemudi surucu surucubelgesi untenmenkyo vezetoi vodicsky voditelskoe voditelskoeudostoverenie vozackadozvola
  διπλωμαοδηγησης водительскиеправа водительское водительскоеудостоверение правá прававодителя
plate: autokenteken bienkiemsoat bienso biensoxe bilskilt carreg dominiovehiculo ecv forgalmi gosnomer immat inmatriculare kennz
  kentekennummer kentekenplaat kfzkz kfznr kjennemerke kykloforias licplateno lpn lpnum matricolazione nambaapureeto nomeravto nomorplat
  nomorpolisi noplat nopolisi nummerplade pinakida placas plakasi plaque platkendaraan platnomor poznavaciznacka registracniznacka
  registreringsmerke registreringsnr registreringsnummer registreringsskylt regnr regplateno regskylt rejestracja rejestracji
  rejestracyjna rekisterinro rekisterinumero rekisteritunnus reknro rendszam rzvozidla spz targaauto vehiclereg vehreg κυκλοφοριας
  госномер номеравто номернии номернои
vin: alustanumero alvazszam caroserie carosserie chassinr chassinummer chassiveiculo fahrzeugident fahrzeugidentifikationsnummer
  fahrzeugidentnr fahrzeugidentnummer finnummer framenumber karoserie karoserii nadwozia nomorrangka norangka numerotelaio plaisiou
  podwozia rangka sase saseno sasi sasia sasino sasiu serieсasiu shadai shadaibangou sokhung stelnr stelnummer understellsnummer
  valmistenumero vincode вин кузова шасси
vehicle: ajoneuvo arac autovehicul avtomobil carro fordon fordons gaadi jarmu kendaraan kjoretoy koretoj mashina medallion pojazd pojazdu
  pojazdy taxi vozidla vozidlo авто автомобиль автомобильный автомобиля
vehicle+number: engineno enginenumber motornr motornummer numeromotor
biometric: amprenta amprente biometria biometriche biometrici biometricke biometrico biometricos biometrie biometrische biometriske
  biometriya biometryczne capjari daktylikoapotypoma databiometrik datebiometrice datibiometrici datobiometrico datosbiometricos dauvantay
  digitais facedescriptor facerecognition facesignature facevec facevector facialrecognition fingerabdrucke fingeraftryk fingeravtryck
  fingeravtrykk gesichtserkennung handgeometry handscan handvein impressaodigital impressoesdigitais irisscanner kasvontunnistus keystroke
  keystrokedynamics odcisk odciski otisk otiskprstu otisky otpechatki otpechatkipaltsev palca palcow palmprint palmvein parmakizi prstu
  reconnaissancefaciale reconocimientofacial retinal retinapattern righteye shimon sidikjari sormenjalkea sormenjalki thumbimpression
  thumbprint thumbprints ujjlenyomat vantay voicebiometric yuztanima биометрические биометрия біометрія отпечатки отпечаткипальцев
  отпечаток
iris: thumb
photo: anhdaidien anhthe arckep billede faceshot fenykep fotka fotky fotograf fotografia fotografias fotografie fotografiya gambarprofil
  hinhanh kaoshashin kasvokuva kuva pasphoto photographie profilbild profilbilde profilbillede profilpicture profilresmi resim shashin
  signatureimage slika valokuva vesikalik zdjecia zdjecie фото фотография фотографія
notes: aboutme aciklamalar aktennotiz anmarkning annotazione annotazioni anotacion anotaciones anotacoes anteckningar appunti apunte
  apuntes bemaerkning bemaerkninger bemerkninger beskjed bikou binhluan callnotes chatlog comentarii comentariu compterendu emailbody
  explanation explanations freitextfeld fritext ghichu hinweis hinweise huomautukset huomiot kansou komentarz komentarze komento
  kommentarer kommentariy kommentit kommentti lisahuomautukset lisainfo lisatiedot lisatieto mailbody markused megjegyzes megjegyzese
  megjegyzesek merknad merknader mesaj nachrichten napomena napomene nhanxet noidung notatki noter notitie notlar notlari notu openended
  openresponse opisslowny opombe ovrigt paratiriseis pastabos pesan piezimes referto remarque remarques remittanceinformation reseptidesc
  rmtinf smsbody soobshchenie suggestion suggestions tekstas testimonial testimony tippani ulasan ustrd uzenet vapaateksti verbatims
  vermerk vermerke viesti wiadomosc yorum yorumlar zametki zprava οbservations παρατηρησεις σχολια σχολιο заметки коментар коментарі отзыв
  отзывы примечания примітка примітки сообщение
free: vapaa volny
zip: kodpoczt mabuuchinh pastoindeksas pochtovyindeks poskod postakodu postanskibroj postiindeks tachydromikos tachydromikoskodikas yuubin
  yuubinbangou ταχυδρομικος поштовииіндекс
birth+date: birthd brthdtc datanarodzhennya datanastere datanasterii datnaissance dzimsanasdatums gimimodata imerominiagennisis janmtithi
  ngaysinh seinengappi sunniaeg syntaika szuletesiido szulido датанародження датарождения народження
birth+year: gebjahr namsinh rokur
age: amzius eletkor faixaetaria ilikia nenrei tuoi vanus vecums vekova vozrastgoda вік кор
sex: dzimums fylo gioitinh jantina koennet lytis nemet seibetsu sexul spola стати стать
marital: bracnistatus csaladiallapot honnhan konkonreki perkawinan seimanpiiri starecivila tinhtranghonnhan семеиное семеиноеположение
  сімеинии сімеиниистан
nationality: allampolgarsag drzavljanstvo kokuseki obcanstvi pilietybe pilsoniba quoctich statniobcanstvi statsborgerskap warganegara
  υπηκοοτητα громадянство
education: gakureki instrucao iskolai issilavinimas koulutustaso mokslas obrazovanie obrazovanje trinhdohocvan vegzettseg vzdelanie
  εκπαιδευση освіта освіти
occupation: ammattinimike befattning csp dolzhnost foglalkozas jabatan mansione munkakor munkakore nghenghiep ocupatie profese profesie
  profesija professiya shokugyou stilling stillingsbetegnelse tittel zamestnani zanimanje επαγγελμα посада
organization: angajator arbejdsgiver arbetsgivare congty empregador firmanavn foretagsnamn imone isveren isyeri kaisha kaishamei
  munkaltato podjetje predprijatie tvrtka tyonantaja uznemums zamestnavatel εργοδοτης предприятие работодатель роботодавець
tongue: aidinkieli anadil anyanyelv bahasaibu limbamaterna materinskijezik materinsky materskarec ngonngu роднои
race: corraca dantoc etnicitet etnicka etnikkoken etnikum etnisitet etniskbakgrund herkunft kokeni migrationshintergrund narodnost rasovy
  национальность национальності
religion: credo felekezet geloof kirchenzugehoerigkeit kirchenzugehorigkeit konfesja nabozenstvi nabozenstvo religija religiya shukyo
  shuukyou tongiao trossamfund trossamfunn wyznanie θρησκευμα вероисповедание
politics: filiacaopartidaria orientamentopolitico partaj parteizugehoerigkeit partitilknytning partitillhorighet partizugehorigkeit
  poglady pogladypolityczne poliittinen siyasigorus
union+member: congdoan fackforbund facklig fagforeningsmedlem odborova odbory rodokumiai sendika sindikat syndicale szakszervezet
  tradeunionist zwiazekzawodowy zwiazki zwiazkowy профсоюз профспілка
sexual: cinselyonelim seksuaalinen seksualiteit seksualna seksuel seksuell sessuale sexualni sexuelll szexualis сексуальная
disability: difabel engellilik fogyatekos fogyatekossag funksjonshemming funktionsnedsaettelse funktionsnedsattning invaliditet khuyettat
  neurodivergent niepelnosprawny ozp postizeni shougai specialneeds vammaisuus zdravotnipostizeni αναπηρια инвалидность інвалідність
blood+type: bldgrouprh blodgruppe darah golongandarah grupakrwi grupasange grupasanguina ketsuekigata krevniskupina krvnagrupa nhommau
  rhtype vercsoport veriryhma ομαδααιματος групакрові группакрови
diagnosis: aedecod aeterm benhly betegseg boala bolest byoumei chandoan dgs diagnosekode diagnosticada diagnosticul diagnoza diagnozis
  hastalik mhdecod mhterm nemoc nemoci patologia patologie penyakit rozpoznania sairaus shindan shindanmei sjukdom sjukdomar sygdom
  sygdomme sykdom tanisi ασθενεια διαγνωση болезнь заболевание хвороба
procedure: ameliyat beavatkozas behandeling behandlingar hoito ingreb ingrepp intervencion mutet opcs operacja operacji operatsiya
  phauthuat shujutsu surgeri tindakan toimenpide vykon vykony zakrok zakroki επεμβαση операция операціі
drug: arzneimittel cmdecod cmtrt geneesmiddel gyogyszer gyogyszerek ilac ilaclar kusuri laake laakemedel laakkeet laegemiddel lakemedel
  legemiddel lekarstva lekarstwo leky lieky medicamente medikamenti medname obat obatan ravim substancename thuoc vaccinename vaistai
  φαρμακο лекарства лекарство ліки препарат препараты
money: ansaladarbas atlyginimas bruttolohn bruttolohnchf fizetes gehaltsstufe gelir inkomst inntekt jahresbrutto jovedelem kereset kyuuyo
  lonnsniva loon luong mzda nenshuu nomina palkka pensja prijem prijmy primanja salar salariu sueldo sueldos thunhap tulot vencimentos
  venit venituri доходы дохід зарплаты
criminal: brott brottsregister buntetett buntetetteloelet cazier eloelet infraction karalnosc lovovertredelser precedentipenali
  rikosrekisteri sabika sabikakaydi straffeattest tienan trestnirejstrik wyrok wyroki судимость судимості
measure: altezza beratbadan cannang chieucao gewicht hmotnost kilo koerpergroesse korpergewicht korpergrosse paino peso pituus poids
  statura talla testmagassag testsuly tinggibadan vaha vyska waga вес рост
body: apgar blodtryck blodtrykk bloeddruk blutdruck bodytemperature cisnienie ecog fumante gcs huyetap krevnitlak presionarterial
  pressaoarterial tansiyon tekanandarah tensionarterielle vaikt verenpaine vernyomas κατασταση давление
geo: boylam breddegrad bujur dlugoscgeograficzna enlem geopkt keido kinhdo lengdegrad leveysaste lintang pituusaste szerokosc
  szerokoscgeograficzna wgs zemepisna γεωγραφικο довготи долгота широта широти
date: datainternarii felvetel felveteldatuma indlaeggelsesdato inskrivningsdatum kuupaev ngay nyuuinbi paivays
coin: bitcoin blockchain btc crypto doge erc eth ethereum ltc metamask solana trc usdt xmr биткоин биткойн
pid: pid
hp: hp
transcript: transcript transcripts
credit: kredi kreditnaya kreditni kredytowa кредитная
file+number: fileno filenumber spisnummer
driver: laixe manejo ridicskeho vodicskeho прав
clinical: radiology
case: accident accidents
device: cihaz instrument ipad iphone laite laptop pacemaker smartphone thietbi urzadzenia
uuid: guidv rowguid uniqueidentifier uuidv
observation: observation observations
sexualhealth: stdstatus
serial+number: gyariszam nomorseri noserie nrseryjny nserie numerodeserie numerodiserie numeroserie numerseryjny numserie sarjanumero
  serialno serialnum serialnumber seriennr seriennummer serienr serienummer serijskibroj serino serinumarasi seriovec seriovecislo
  sorozatszam серийныйномер
serial: seriale seriedispositivo
user: anvandare benutzer bruker felhasznalo gebruiker kasutaja korisnik kullanici pengguna usuario utente utilisateur utilizador
  utilizator uzivatel uzivatele uzytkownik uzytkownika пользователя
event: beleg comanda donhang faktura faktury objednavky pesanan tilaus договора заказа заявки
id+key: uniqueid uniquekey uniqueno uniquenumber
prose: tekst tresc текст
bank: brokerage
electronic: електронної электронной
mail: почты пошти
genotype: genevariant genevariants
"""
