-- A store as revision 0004 was written before payloads were types, its dates moved to 2024: three rounds, two of them
-- not delivered, and a mail that was pruned. Messages of every action wait. Made by the commands, dumped by sqlite3.
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0004');
CREATE TABLE change (
	id INTEGER NOT NULL, 
	incident_id INTEGER NOT NULL, 
	round_id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	change TEXT NOT NULL, 
	state TEXT NOT NULL, 
	summary TEXT NOT NULL, 
	evidence JSON NOT NULL, 
	CONSTRAINT pk_change PRIMARY KEY (id), 
	CONSTRAINT fk_change_incident_id FOREIGN KEY(incident_id) REFERENCES incident (id) ON DELETE CASCADE, 
	CONSTRAINT fk_change_round_id FOREIGN KEY(round_id) REFERENCES round (id) ON DELETE CASCADE
);
INSERT INTO "change" VALUES(1,1,2,'2024-12-01 01:53:53.343722','opened','critical','It is full','{"state": "critical", "kind": "rehearsal", "item": "disk", "summary": "It is full", "value": null, "unit": "", "details": [], "remedy": "mend disk", "data": {}}');
INSERT INTO "change" VALUES(2,1,3,'2024-12-01 01:53:53.778631','eased','warning','It fills','{"state": "warning", "kind": "rehearsal", "item": "disk", "summary": "It fills", "value": null, "unit": "", "details": [], "remedy": "mend disk", "data": {}}');
INSERT INTO "change" VALUES(3,2,3,'2024-12-01 01:53:53.778631','opened','critical','It waits','{"state": "critical", "kind": "rehearsal", "item": "mail", "summary": "It waits", "value": null, "unit": "", "details": [], "remedy": "mend mail", "data": {}}');
CREATE TABLE due_check (
	id INTEGER NOT NULL, 
	round_id INTEGER NOT NULL, 
	host TEXT NOT NULL, 
	site TEXT, 
	"check" TEXT NOT NULL, 
	CONSTRAINT pk_due_check PRIMARY KEY (id), 
	CONSTRAINT fk_due_check_round_id FOREIGN KEY(round_id) REFERENCES round (id) ON DELETE CASCADE
);
INSERT INTO "due_check" VALUES(1,1,'here','books','rehearsal');
INSERT INTO "due_check" VALUES(2,1,'here','shop','rehearsal');
INSERT INTO "due_check" VALUES(3,1,'here','club','rehearsal');
INSERT INTO "due_check" VALUES(4,2,'here','books','rehearsal');
INSERT INTO "due_check" VALUES(5,2,'here','shop','rehearsal');
INSERT INTO "due_check" VALUES(6,2,'here','club','rehearsal');
INSERT INTO "due_check" VALUES(7,3,'here','books','rehearsal');
INSERT INTO "due_check" VALUES(8,3,'here','shop','rehearsal');
INSERT INTO "due_check" VALUES(9,3,'here','club','rehearsal');
INSERT INTO "due_check" VALUES(10,4,'here','books','rehearsal');
INSERT INTO "due_check" VALUES(11,4,'here','shop','rehearsal');
INSERT INTO "due_check" VALUES(12,4,'here','club','rehearsal');
CREATE TABLE "finding" (
	id INTEGER NOT NULL, 
	round_id INTEGER NOT NULL, 
	client TEXT, 
	clients JSON NOT NULL, 
	host TEXT, 
	site TEXT, 
	"check" TEXT NOT NULL, 
	item TEXT NOT NULL, 
	state TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	summary TEXT NOT NULL, 
	value FLOAT, 
	unit TEXT NOT NULL, 
	details JSON NOT NULL, 
	remedy TEXT NOT NULL, 
	data JSON NOT NULL, 
	in_scope INTEGER DEFAULT '1' NOT NULL, 
	CONSTRAINT pk_finding PRIMARY KEY (id), 
	CONSTRAINT fk_finding_round_id FOREIGN KEY(round_id) REFERENCES round (id) ON DELETE CASCADE
);
INSERT INTO "finding" VALUES(1,1,'harbour','["harbour"]',NULL,NULL,'contract','hours','ok','contract-hours','0 of 4 h used this contract month, 4 h left',0.0,'%','[]','','{"audience": "agency", "used": "0", "agreed": "4", "left": "4", "percent": 0.0}',1);
INSERT INTO "finding" VALUES(2,1,'regatta','["regatta"]',NULL,NULL,'contract','hours','ok','contract-hours','0 of 10 h used this contract month, 10 h left',0.0,'%','[]','','{"audience": "agency", "used": "0", "agreed": "10", "left": "10", "percent": 0.0}',1);
INSERT INTO "finding" VALUES(3,1,NULL,'[]',NULL,NULL,'siterounds','access:Harvest','ok','siterounds-refused','Harvest lets us in',NULL,'','[]','','{"audience": "agency"}',1);
INSERT INTO "finding" VALUES(4,1,NULL,'[]',NULL,NULL,'siterounds','clock','ok','siterounds-clock','our clock is within 30 s of Harvest''s',0.5,'s','["Harvest: -0.5 s"]','','{"audience": "agency", "service": "Harvest", "seconds": 0}',1);
INSERT INTO "finding" VALUES(5,1,NULL,'[]',NULL,NULL,'siterounds','room','ok','siterounds-room','79746 MB are free where the store lies',79746.0,'MB','[]','','{"audience": "agency", "free": 79746}',1);
INSERT INTO "finding" VALUES(6,1,NULL,'[]',NULL,NULL,'siterounds','version','ok','siterounds-version','siterounds 0.1.0 runs',NULL,'','[]','','{"audience": "agency", "running": "0.1.0", "installed": "0.1.0"}',1);
INSERT INTO "finding" VALUES(7,2,'harbour','["harbour"]','here','shop','rehearsal','disk','critical','rehearsal','It is full',NULL,'','[]','mend disk','{}',1);
INSERT INTO "finding" VALUES(8,2,'harbour','["harbour"]',NULL,NULL,'contract','hours','ok','contract-hours','0 of 4 h used this contract month, 4 h left',0.0,'%','[]','','{"audience": "agency", "used": "0", "agreed": "4", "left": "4", "percent": 0.0}',1);
INSERT INTO "finding" VALUES(9,2,'regatta','["regatta"]',NULL,NULL,'contract','hours','ok','contract-hours','0 of 10 h used this contract month, 10 h left',0.0,'%','[]','','{"audience": "agency", "used": "0", "agreed": "10", "left": "10", "percent": 0.0}',1);
INSERT INTO "finding" VALUES(10,2,NULL,'[]',NULL,NULL,'siterounds','access:Harvest','ok','siterounds-refused','Harvest lets us in',NULL,'','[]','','{"audience": "agency"}',1);
INSERT INTO "finding" VALUES(11,2,NULL,'[]',NULL,NULL,'siterounds','clock','ok','siterounds-clock','our clock is within 30 s of Harvest''s',0.5,'s','["Harvest: -0.5 s"]','','{"audience": "agency", "service": "Harvest", "seconds": 0}',1);
INSERT INTO "finding" VALUES(12,2,NULL,'[]',NULL,NULL,'siterounds','room','ok','siterounds-room','79746 MB are free where the store lies',79746.0,'MB','[]','','{"audience": "agency", "free": 79746}',1);
INSERT INTO "finding" VALUES(13,2,NULL,'[]',NULL,NULL,'siterounds','version','ok','siterounds-version','siterounds 0.1.0 runs',NULL,'','[]','','{"audience": "agency", "running": "0.1.0", "installed": "0.1.0"}',1);
INSERT INTO "finding" VALUES(14,3,'harbour','["harbour"]','here','shop','rehearsal','disk','warning','rehearsal','It fills',NULL,'','[]','mend disk','{}',1);
INSERT INTO "finding" VALUES(15,3,'harbour','["harbour"]','here','shop','rehearsal','mail','critical','rehearsal','It waits',NULL,'','[]','mend mail','{}',1);
INSERT INTO "finding" VALUES(16,3,'harbour','["harbour"]',NULL,NULL,'contract','hours','ok','contract-hours','0 of 4 h used this contract month, 4 h left',0.0,'%','[]','','{"audience": "agency", "used": "0", "agreed": "4", "left": "4", "percent": 0.0}',1);
INSERT INTO "finding" VALUES(17,3,'regatta','["regatta"]',NULL,NULL,'contract','hours','ok','contract-hours','0 of 10 h used this contract month, 10 h left',0.0,'%','[]','','{"audience": "agency", "used": "0", "agreed": "10", "left": "10", "percent": 0.0}',1);
INSERT INTO "finding" VALUES(18,3,NULL,'[]',NULL,NULL,'siterounds','access:Harvest','ok','siterounds-refused','Harvest lets us in',NULL,'','[]','','{"audience": "agency"}',1);
INSERT INTO "finding" VALUES(19,3,NULL,'[]',NULL,NULL,'siterounds','access:Zendesk','ok','siterounds-refused','Zendesk lets us in',NULL,'','[]','','{"audience": "agency"}',1);
INSERT INTO "finding" VALUES(20,3,NULL,'[]',NULL,NULL,'siterounds','clock','ok','siterounds-clock','our clock is within 30 s of Zendesk''s',0.1,'s','["Harvest: -0.5 s", "Zendesk: -0.1 s"]','','{"audience": "agency", "service": "Zendesk", "seconds": 0}',1);
INSERT INTO "finding" VALUES(21,3,NULL,'[]',NULL,NULL,'siterounds','room','ok','siterounds-room','79746 MB are free where the store lies',79746.0,'MB','[]','','{"audience": "agency", "free": 79746}',1);
INSERT INTO "finding" VALUES(22,3,NULL,'[]',NULL,NULL,'siterounds','version','ok','siterounds-version','siterounds 0.1.0 runs',NULL,'','[]','','{"audience": "agency", "running": "0.1.0", "installed": "0.1.0"}',1);
INSERT INTO "finding" VALUES(23,4,'harbour','["harbour"]','here','shop','rehearsal','disk','warning','rehearsal','It fills',NULL,'','[]','mend disk','{}',1);
INSERT INTO "finding" VALUES(24,4,'harbour','["harbour"]','here','shop','rehearsal','mail','critical','rehearsal','It waits',NULL,'','[]','mend mail','{}',1);
INSERT INTO "finding" VALUES(25,4,'harbour','["harbour"]',NULL,NULL,'contract','hours','ok','contract-hours','0 of 4 h used this contract month, 4 h left',0.0,'%','[]','','{"audience": "agency", "used": "0", "agreed": "4", "left": "4", "percent": 0.0}',1);
INSERT INTO "finding" VALUES(26,4,'regatta','["regatta"]',NULL,NULL,'contract','hours','ok','contract-hours','0 of 10 h used this contract month, 10 h left',0.0,'%','[]','','{"audience": "agency", "used": "0", "agreed": "10", "left": "10", "percent": 0.0}',1);
INSERT INTO "finding" VALUES(27,4,NULL,'[]',NULL,NULL,'siterounds','access:Harvest','ok','siterounds-refused','Harvest lets us in',NULL,'','[]','','{"audience": "agency"}',1);
INSERT INTO "finding" VALUES(28,4,NULL,'[]',NULL,NULL,'siterounds','access:Zendesk','ok','siterounds-refused','Zendesk lets us in',NULL,'','[]','','{"audience": "agency"}',1);
INSERT INTO "finding" VALUES(29,4,NULL,'[]',NULL,NULL,'siterounds','clock','ok','siterounds-clock','our clock is within 30 s of Zendesk''s',0.1,'s','["Harvest: -0.5 s", "Zendesk: -0.1 s"]','','{"audience": "agency", "service": "Zendesk", "seconds": 0}',1);
INSERT INTO "finding" VALUES(30,4,NULL,'[]',NULL,NULL,'siterounds','room','ok','siterounds-room','79746 MB are free where the store lies',79746.0,'MB','[]','','{"audience": "agency", "free": 79746}',1);
INSERT INTO "finding" VALUES(31,4,NULL,'[]',NULL,NULL,'siterounds','version','ok','siterounds-version','siterounds 0.1.0 runs',NULL,'','[]','','{"audience": "agency", "running": "0.1.0", "installed": "0.1.0"}',1);
CREATE TABLE first_look (
	subject TEXT NOT NULL, 
	"check" TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_first_look PRIMARY KEY (subject, "check")
);
INSERT INTO "first_look" VALUES('site:books','rehearsal','2024-12-01 01:53:53.086912');
INSERT INTO "first_look" VALUES('site:shop','rehearsal','2024-12-01 01:53:53.086912');
INSERT INTO "first_look" VALUES('site:club','rehearsal','2024-12-01 01:53:53.086912');
INSERT INTO "first_look" VALUES('client:harbour','contract','2024-12-01 01:53:53.086912');
INSERT INTO "first_look" VALUES('client:regatta','contract','2024-12-01 01:53:53.086912');
INSERT INTO "first_look" VALUES('agency:siterounds','siterounds','2024-12-01 01:53:53.086912');
CREATE TABLE incident (
	id INTEGER NOT NULL, 
	subject TEXT NOT NULL, 
	"check" TEXT NOT NULL, 
	item TEXT NOT NULL, 
	phase TEXT NOT NULL, 
	state TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	summary TEXT NOT NULL, 
	since DATETIME NOT NULL, 
	seen_at DATETIME NOT NULL, 
	streak INTEGER NOT NULL, 
	opened_at DATETIME, 
	resolved_at DATETIME, 
	CONSTRAINT pk_incident PRIMARY KEY (id), 
	CONSTRAINT uq_incident_subject_check_item UNIQUE (subject, "check", item)
);
INSERT INTO "incident" VALUES(1,'site:shop','rehearsal','disk','open','warning','rehearsal','It fills','2024-12-01 01:53:53.343722','2024-12-01 01:53:53.885028',0,'2024-12-01 01:53:53.343722',NULL);
INSERT INTO "incident" VALUES(2,'site:shop','rehearsal','mail','open','critical','rehearsal','It waits','2024-12-01 01:53:53.778631','2024-12-01 01:53:53.885028',0,'2024-12-01 01:53:53.778631',NULL);
CREATE TABLE kept (
	name TEXT NOT NULL, 
	data JSON NOT NULL, 
	fetched_at DATETIME NOT NULL, 
	CONSTRAINT pk_kept PRIMARY KEY (name)
);
INSERT INTO "kept" VALUES('heard:Harvest','{"skew": -0.477606, "refused_since": null}','2024-12-01 01:53:53.022394');
INSERT INTO "kept" VALUES('hours used:2024-12-01:2024-12-31','{"account": 1234, "hours": {}}','2024-12-01 01:53:53.014617');
INSERT INTO "kept" VALUES('heard:Zendesk','{"skew": -0.11327700000000002, "refused_since": null}','2024-12-01 01:53:53.386723');
CREATE TABLE memory (
	subject TEXT NOT NULL, 
	"check" TEXT NOT NULL, 
	data JSON NOT NULL, 
	kept_at DATETIME NOT NULL, 
	CONSTRAINT pk_memory PRIMARY KEY (subject, "check")
);
CREATE TABLE message (
	id INTEGER NOT NULL, 
	integration TEXT NOT NULL, 
	action TEXT NOT NULL, 
	stream TEXT NOT NULL, 
	payload JSON NOT NULL, 
	stage TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	due_at DATETIME NOT NULL, 
	attempts INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	body BLOB, 
	tried_at DATETIME, 
	uncertain INTEGER NOT NULL, 
	trouble TEXT NOT NULL, 
	remedy TEXT NOT NULL, 
	outcome TEXT NOT NULL, 
	ended_at DATETIME, 
	CONSTRAINT pk_message PRIMARY KEY (id)
);
INSERT INTO "message" VALUES(1,'harvest','book','time:1','{"client": "harbour", "project": 111, "task": 222, "spent_on": "2024-11-23", "minute": 113, "hours": "0.25", "notes": "Routine round of 23 November 2024: 2 sites (books, shop).\nChecked: Rehearsal. 2 of 2 checks ran.\nFound: all in order.", "reference": "siterounds-rehearsal-harbour-2024-11-23T06"}','delivered','2024-12-01 01:53:53.086912','2024-12-01 01:54:53.199091',1,'siterounds-rehearsal-harbour-2024-11-23T06',X'7B2265787465726E616C5F7265666572656E6365223A207B2267726F75705F6964223A2022686172626F7572222C20226964223A202273697465726F756E64732D72656865617273616C2D686172626F75722D323032362D31312D3233543036227D2C2022686F757273223A20302E32352C20226E6F746573223A2022526F7574696E6520726F756E64206F66203233204E6F76656D62657220323032363A20322073697465732028626F6F6B732C2073686F70292E5C6E436865636B65643A2052656865617273616C2E2032206F66203220636865636B732072616E2E5C6E466F756E643A20616C6C20696E206F726465722E222C202270726F6A6563745F6964223A203131312C20227370656E745F64617465223A2022323032362D31312D3233222C20227461736B5F6964223A203232327D','2024-12-01 01:53:53.199091',0,'','','entry 636718192 with 0.25 h','2024-12-01 01:53:53.203105');
INSERT INTO "message" VALUES(2,'harvest','book','time:2','{"client": "regatta", "project": 112, "task": 222, "spent_on": "2024-11-23", "minute": 113, "hours": "0.10", "notes": "Routine round of 23 November 2024: 1 site (club).\nChecked: Rehearsal. 1 of 1 checks ran.\nFound: all in order.", "reference": "siterounds-rehearsal-regatta-2024-11-23T06"}','delivered','2024-12-01 01:53:53.086912','2024-12-01 01:54:53.207566',1,'siterounds-rehearsal-regatta-2024-11-23T06',X'7B2265787465726E616C5F7265666572656E6365223A207B2267726F75705F6964223A202272656761747461222C20226964223A202273697465726F756E64732D72656865617273616C2D726567617474612D323032362D31312D3233543036227D2C2022686F757273223A20302E312C20226E6F746573223A2022526F7574696E6520726F756E64206F66203233204E6F76656D62657220323032363A203120736974652028636C7562292E5C6E436865636B65643A2052656865617273616C2E2031206F66203120636865636B732072616E2E5C6E466F756E643A20616C6C20696E206F726465722E222C202270726F6A6563745F6964223A203131322C20227370656E745F64617465223A2022323032362D31312D3233222C20227461736B5F6964223A203232327D','2024-12-01 01:53:53.207566',0,'','','entry 636718193 with 0.1 h','2024-12-01 01:53:53.211022');
INSERT INTO "message" VALUES(3,'harvest','correct','time:1','{"client": "harbour", "project": 111, "task": 222, "spent_on": "2024-11-23", "minute": 113, "hours": "0.25", "notes": "Routine round of 23 November 2024: 2 sites (books, shop).\nChecked: Rehearsal. 2 of 2 checks ran.\nFound: 1 critical.", "reference": "siterounds-rehearsal-harbour-2024-11-23T06"}','delivered','2024-12-01 01:53:53.343722','2024-12-01 01:54:53.528837',1,'siterounds-rehearsal-harbour-2024-11-23T06',X'7B22686F757273223A20302E32352C20226E6F746573223A2022526F7574696E6520726F756E64206F66203233204E6F76656D62657220323032363A20322073697465732028626F6F6B732C2073686F70292E5C6E436865636B65643A2052656865617273616C2E2032206F66203220636865636B732072616E2E5C6E466F756E643A203120637269746963616C2E227D','2024-12-01 01:53:53.528837',0,'','','entry 636718192 corrected to 0.25 h','2024-12-01 01:53:53.695857');
INSERT INTO "message" VALUES(4,'zendesk','open','ticket:1','{"external_id": "siterounds:rehearsal:site:shop:rehearsal:disk", "client": "harbour", "managed": false, "subject": "[CRITICAL] shop.example: Rehearsal: It is full", "html": "<p><b>CRITICAL</b>: It is full</p>\n<ul>\n<li>Where: shop (https://shop.example) on here, of Harbour Books</li>\n<li>Check: Rehearsal</li>\n<li>Since: 2024-12-01 01:53 UTC</li>\n</ul>\n<p><b>What to do:</b> mend disk</p><p>Evidence and history: <code>siterounds why 1</code></p>\n<p>Contract of Harbour Books: standard (L2)</p>\n<p>Hours: 0 of 4 h used until 31 December</p>\n", "attachment": "", "public": false, "type": "incident", "priority": "high", "tags": ["care", "site-shop", "check-rehearsal"], "fields": {"360001": "here"}, "organization": 456, "requester": 20, "group": null, "assignee": null, "brand": null, "form": null, "tells": {"1": ["open", "critical"]}}','delivered','2024-12-01 01:53:53.343722','2024-12-01 01:54:53.394469',1,'siterounds-f3757db1df75f0acdc5335c1c18d245119cef256453deff017ee09497a4d9f47',X'7B227469636B6574223A7B22636F6D6D656E74223A7B2268746D6C5F626F6479223A223C703E3C623E435249544943414C3C2F623E3A2049742069732066756C6C3C2F703E5C6E3C756C3E5C6E3C6C693E57686572653A2073686F70202868747470733A2F2F73686F702E6578616D706C6529206F6E20686572652C206F6620486172626F757220426F6F6B733C2F6C693E5C6E3C6C693E436865636B3A2052656865617273616C3C2F6C693E5C6E3C6C693E53696E63653A20323032362D31322D30312030313A3533205554433C2F6C693E5C6E3C2F756C3E5C6E3C703E3C623E5768617420746F20646F3A3C2F623E206D656E64206469736B3C2F703E3C703E45766964656E636520616E6420686973746F72793A203C636F64653E73697465726F756E64732077687920313C2F636F64653E3C2F703E5C6E3C703E436F6E7472616374206F6620486172626F757220426F6F6B733A207374616E6461726420284C32293C2F703E5C6E3C703E486F7572733A2030206F6620342068207573656420756E74696C20333120446563656D6265723C2F703E5C6E222C227075626C6963223A66616C73657D2C22637573746F6D5F6669656C6473223A5B7B226964223A3336303030312C2276616C7565223A2268657265227D5D2C2265787465726E616C5F6964223A2273697465726F756E64733A72656865617273616C3A736974653A73686F703A72656865617273616C3A6469736B222C226F7267616E697A6174696F6E5F6964223A3435362C227072696F72697479223A2268696768222C227265717565737465725F6964223A32302C227375626A656374223A225B435249544943414C5D2073686F702E6578616D706C653A2052656865617273616C3A2049742069732066756C6C222C2274616773223A5B2263617265222C22736974652D73686F70222C22636865636B2D72656865617273616C225D2C2274797065223A22696E636964656E74227D7D','2024-12-01 01:53:53.394469',0,'','','ticket #35436','2024-12-01 01:53:53.398462');
INSERT INTO "message" VALUES(5,'harvest','correct','time:1','{"client": "harbour", "project": 111, "task": 222, "spent_on": "2024-11-23", "minute": 113, "hours": "0.50", "notes": "Routine round of 23 November 2024: 2 sites (books, shop).\nChecked: Rehearsal. 2 of 2 checks ran.\nFound: 1 critical, 1 to look at soon.", "reference": "siterounds-rehearsal-harbour-2024-11-23T06"}','waiting','2024-12-01 01:53:53.778631','2024-12-01 01:53:53.778631',0,'',NULL,NULL,0,'','','',NULL);
INSERT INTO "message" VALUES(6,'zendesk','open','ticket:2','{"external_id": "siterounds:rehearsal:site:shop:rehearsal:mail", "client": "harbour", "managed": false, "subject": "[CRITICAL] shop.example: Rehearsal: It waits", "html": "<p><b>CRITICAL</b>: It waits</p>\n<ul>\n<li>Where: shop (https://shop.example) on here, of Harbour Books</li>\n<li>Check: Rehearsal</li>\n<li>Since: 2024-12-01 01:53 UTC</li>\n</ul>\n<p><b>What to do:</b> mend mail</p><p>Evidence and history: <code>siterounds why 2</code></p>\n<p>Contract of Harbour Books: standard (L2)</p>\n<p>Hours: 0 of 4 h used until 31 December</p>\n", "attachment": "", "public": false, "type": "incident", "priority": "high", "tags": ["care", "site-shop", "check-rehearsal"], "fields": {"360001": "here"}, "organization": 456, "requester": 20, "group": null, "assignee": null, "brand": null, "form": null, "tells": {"2": ["open", "critical"]}}','waiting','2024-12-01 01:53:53.778631','2024-12-01 01:53:53.778631',0,'',NULL,NULL,0,'','','',NULL);
INSERT INTO "message" VALUES(7,'zendesk','update','ticket:1','{"html": "<p><b>Eased</b> from CRITICAL to WARNING: shop (https://shop.example) on here, Rehearsal: It fills</p>\n<p><b>What to do:</b> mend disk</p><p>Contract of Harbour Books: standard (L2)</p>\n<p>Hours: 0 of 4 h used until 31 December</p>\n", "attachment": "", "public": false, "aim": "comment", "urgent": false, "priority": null, "tags": [], "tells": {"1": ["open", "warning"]}, "left": [], "follow_up": {"external_id": "siterounds:rehearsal:site:shop:rehearsal:disk", "client": "harbour", "managed": false, "subject": "[WARNING] shop.example: Rehearsal: It fills", "html": "<p><b>WARNING</b>: It fills</p>\n<ul>\n<li>Where: shop (https://shop.example) on here, of Harbour Books</li>\n<li>Check: Rehearsal</li>\n<li>Since: 2024-12-01 01:53 UTC</li>\n</ul>\n<p><b>What to do:</b> mend disk</p><p>Evidence and history: <code>siterounds why 1</code></p>\n<p>Contract of Harbour Books: standard (L2)</p>\n<p>Hours: 0 of 4 h used until 31 December</p>\n", "attachment": "", "public": false, "type": "incident", "priority": "low", "tags": ["care", "site-shop", "check-rehearsal"], "fields": {"360001": "here"}, "organization": 456, "requester": 20, "group": null, "assignee": null, "brand": null, "form": null, "tells": {"1": ["open", "warning"]}}}','waiting','2024-12-01 01:53:53.778631','2024-12-01 01:53:53.778631',0,'',NULL,NULL,0,'','','',NULL);
INSERT INTO "message" VALUES(8,'harvest','book','time:3','{"client": "harbour", "project": 111, "task": 222, "spent_on": "2024-11-23", "minute": 113, "hours": "0.50", "notes": "Routine round of 23 November 2024: 2 sites (books, shop).\nChecked: Rehearsal. 2 of 2 checks ran.\nFound: 1 critical, 1 to look at soon.", "reference": "siterounds-rehearsal-harbour-2024-11-23T18"}','waiting','2024-12-01 01:53:53.885028','2024-12-01 01:53:53.885028',0,'',NULL,NULL,0,'','','',NULL);
INSERT INTO "message" VALUES(9,'harvest','book','time:4','{"client": "regatta", "project": 112, "task": 222, "spent_on": "2024-11-23", "minute": 113, "hours": "0.10", "notes": "Routine round of 23 November 2024: 1 site (club).\nChecked: Rehearsal. 1 of 1 checks ran.\nFound: all in order.", "reference": "siterounds-rehearsal-regatta-2024-11-23T18"}','waiting','2024-12-01 01:53:53.885028','2024-12-01 01:53:53.885028',0,'',NULL,NULL,0,'','','',NULL);
INSERT INTO "message" VALUES(10,'mail','send','mail:71517fc0-0176-5662-9c8e-e789f666f148@agency.example','{"client": "harbour", "to": {"name": "Ann K\u00f6ster", "email": "ann@shop.example"}}','delivered','2019-02-01 00:00:00.000000','2019-02-01 00:00:00.000000',0,'',NULL,NULL,0,'','','handed over','2019-02-01 00:00:00.000000');
INSERT INTO "message" VALUES(11,'mail','send','mail:c81fb2b6-4f3f-5936-87c4-5a09d899b9ad@agency.example','{"subject": "Harbour Books: 2 things need you", "html": "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Report</title><style>p { margin: 0 }</style></head>\n<body><p><img src=\"cid:logo\" alt=\"Agency\"> Two things need you: the disk of \u201cshop\u201d is 96 % full.</p>\n<p>From where we stand, all else is well.</p>\n</body></html>\n", "text": "Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you. Two things need you.", "language": "en", "inline": [{"cid": "logo", "png": "iVBORw0KGgoAAAANSUhEUgAAAAQAAAAECAIAAAAmkwkpAAAAEElEQVR4nGOQ96uEIwbiOABwYw5hhL9WTQAAAABJRU5ErkJggg=="}], "pdf": "JVBERi0xLjcKMSAwIG9iago8PD4+CmVuZG9iago=", "pdf_name": "harbour.pdf", "to": {"name": "Ann K\u00f6ster", "email": "ann@shop.example"}, "client": "harbour", "period": "2025-12", "message_id": "c81fb2b6-4f3f-5936-87c4-5a09d899b9ad@agency.example", "date": "2025-12-15T08:30:00+01:00"}','waiting','2024-12-01 01:53:53.926711','2024-12-01 01:53:53.926711',0,'',NULL,NULL,0,'','','',NULL);
CREATE TABLE not_run (
	id INTEGER NOT NULL, 
	round_id INTEGER NOT NULL, 
	host TEXT NOT NULL, 
	site TEXT, 
	"check" TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	remedy TEXT NOT NULL, 
	partly INTEGER NOT NULL, 
	CONSTRAINT pk_not_run PRIMARY KEY (id), 
	CONSTRAINT fk_not_run_round_id FOREIGN KEY(round_id) REFERENCES round (id) ON DELETE CASCADE
);
CREATE TABLE pace (
	bucket TEXT NOT NULL, 
	mark DATETIME NOT NULL, 
	CONSTRAINT pk_pace PRIMARY KEY (bucket)
);
INSERT INTO "pace" VALUES('Harvest reports','2024-12-01 01:54:09.380840');
INSERT INTO "pace" VALUES('Harvest general','2024-12-01 01:53:54.526441');
INSERT INTO "pace" VALUES('Zendesk account','2024-12-01 01:53:54.380161');
CREATE TABLE report (
	id INTEGER NOT NULL, 
	client TEXT NOT NULL, 
	period_key TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	since DATETIME, 
	until DATETIME NOT NULL, 
	round_id INTEGER NOT NULL, 
	made_at DATETIME NOT NULL, 
	stage TEXT NOT NULL, 
	staged_at DATETIME NOT NULL, 
	subject TEXT NOT NULL, 
	html TEXT NOT NULL, 
	text TEXT NOT NULL, 
	language TEXT NOT NULL, 
	recipients JSON NOT NULL, 
	digest TEXT NOT NULL, 
	CONSTRAINT pk_report PRIMARY KEY (id), 
	CONSTRAINT uq_report_client_period_key UNIQUE (client, period_key)
);
CREATE TABLE round (
	id INTEGER NOT NULL, 
	started_at DATETIME NOT NULL, 
	ended_at DATETIME NOT NULL, 
	CONSTRAINT pk_round PRIMARY KEY (id)
);
INSERT INTO "round" VALUES(1,'2024-12-01 01:53:53.027139','2024-12-01 01:53:53.086912');
INSERT INTO "round" VALUES(2,'2024-12-01 01:53:53.313022','2024-12-01 01:53:53.343722');
INSERT INTO "round" VALUES(3,'2024-12-01 01:53:53.752366','2024-12-01 01:53:53.778631');
INSERT INTO "round" VALUES(4,'2024-12-01 01:53:53.858586','2024-12-01 01:53:53.885028');
CREATE TABLE schedule (
	subject TEXT NOT NULL, 
	rhythm TEXT NOT NULL, 
	since DATETIME NOT NULL, 
	CONSTRAINT pk_schedule PRIMARY KEY (subject)
);
CREATE TABLE silence (
	id INTEGER NOT NULL, 
	incident_id INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	since DATETIME NOT NULL, 
	until DATETIME, 
	ended_at DATETIME, 
	CONSTRAINT pk_silence PRIMARY KEY (id), 
	CONSTRAINT fk_silence_incident_id FOREIGN KEY(incident_id) REFERENCES incident (id) ON DELETE CASCADE
);
CREATE TABLE slot (
	id INTEGER NOT NULL, 
	subject TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	due_at DATETIME NOT NULL, 
	started_at DATETIME NOT NULL, 
	ended_at DATETIME, 
	outcome TEXT, 
	late INTEGER NOT NULL, 
	skipped INTEGER NOT NULL, 
	begun INTEGER NOT NULL, 
	attempts INTEGER NOT NULL, 
	round_id INTEGER, 
	said TEXT NOT NULL, 
	CONSTRAINT pk_slot PRIMARY KEY (id), 
	CONSTRAINT uq_slot_subject_key UNIQUE (subject, "key")
);
CREATE TABLE standing (
	id INTEGER NOT NULL, 
	round_id INTEGER NOT NULL, 
	client TEXT NOT NULL, 
	data JSON NOT NULL, 
	CONSTRAINT pk_standing PRIMARY KEY (id), 
	CONSTRAINT fk_standing_round_id FOREIGN KEY(round_id) REFERENCES round (id) ON DELETE CASCADE
);
INSERT INTO "standing" VALUES(1,1,'harbour','{"client": "harbour", "title": "Harbour Books", "kind": "standard", "source": "inventory", "fetched_at": null, "month": ["2024-12-01", "2024-12-31"], "agreed": "4", "used": "0", "used_at": "2024-12-01T01:53:53.014617Z", "forecast": null, "cap": "4", "tasks": null, "in_scope": null, "out_of_scope": [], "scope_is_whole": true, "first_response": {}, "resolution": {}, "calendar": "24x7", "remarks": [], "time": {"rule": "minimum", "hours": "0.25", "step": "0.25", "cap": null}, "harvest_project": 111, "zendesk_organization": null, "used_unknown": "", "trouble": "", "remedy": ""}');
INSERT INTO "standing" VALUES(2,1,'regatta','{"client": "regatta", "title": "Regatta Club", "kind": "extended", "source": "inventory", "fetched_at": null, "month": ["2024-12-01", "2024-12-31"], "agreed": "10", "used": "0", "used_at": "2024-12-01T01:53:53.014617Z", "forecast": null, "cap": "10", "tasks": null, "in_scope": null, "out_of_scope": [], "scope_is_whole": true, "first_response": {}, "resolution": {}, "calendar": "24x7", "remarks": [], "time": {"rule": "per_site", "hours": "0.1", "step": "0.25", "cap": null}, "harvest_project": 112, "zendesk_organization": null, "used_unknown": "", "trouble": "", "remedy": ""}');
INSERT INTO "standing" VALUES(3,2,'harbour','{"client": "harbour", "title": "Harbour Books", "kind": "standard", "source": "inventory", "fetched_at": null, "month": ["2024-12-01", "2024-12-31"], "agreed": "4", "used": "0", "used_at": "2024-12-01T01:53:53.014617Z", "forecast": null, "cap": "4", "tasks": null, "in_scope": null, "out_of_scope": [], "scope_is_whole": true, "first_response": {}, "resolution": {}, "calendar": "24x7", "remarks": [], "time": {"rule": "minimum", "hours": "0.25", "step": "0.25", "cap": null}, "harvest_project": 111, "zendesk_organization": null, "used_unknown": "", "trouble": "", "remedy": ""}');
INSERT INTO "standing" VALUES(4,2,'regatta','{"client": "regatta", "title": "Regatta Club", "kind": "extended", "source": "inventory", "fetched_at": null, "month": ["2024-12-01", "2024-12-31"], "agreed": "10", "used": "0", "used_at": "2024-12-01T01:53:53.014617Z", "forecast": null, "cap": "10", "tasks": null, "in_scope": null, "out_of_scope": [], "scope_is_whole": true, "first_response": {}, "resolution": {}, "calendar": "24x7", "remarks": [], "time": {"rule": "per_site", "hours": "0.1", "step": "0.25", "cap": null}, "harvest_project": 112, "zendesk_organization": null, "used_unknown": "", "trouble": "", "remedy": ""}');
INSERT INTO "standing" VALUES(5,3,'harbour','{"client": "harbour", "title": "Harbour Books", "kind": "standard", "source": "inventory", "fetched_at": null, "month": ["2024-12-01", "2024-12-31"], "agreed": "4", "used": "0", "used_at": "2024-12-01T01:53:53.014617Z", "forecast": null, "cap": "4", "tasks": null, "in_scope": null, "out_of_scope": [], "scope_is_whole": true, "first_response": {}, "resolution": {}, "calendar": "24x7", "remarks": [], "time": {"rule": "minimum", "hours": "0.5", "step": "0.25", "cap": null}, "harvest_project": 111, "zendesk_organization": null, "used_unknown": "", "trouble": "", "remedy": ""}');
INSERT INTO "standing" VALUES(6,3,'regatta','{"client": "regatta", "title": "Regatta Club", "kind": "extended", "source": "inventory", "fetched_at": null, "month": ["2024-12-01", "2024-12-31"], "agreed": "10", "used": "0", "used_at": "2024-12-01T01:53:53.014617Z", "forecast": null, "cap": "10", "tasks": null, "in_scope": null, "out_of_scope": [], "scope_is_whole": true, "first_response": {}, "resolution": {}, "calendar": "24x7", "remarks": [], "time": {"rule": "per_site", "hours": "0.1", "step": "0.25", "cap": null}, "harvest_project": 112, "zendesk_organization": null, "used_unknown": "", "trouble": "", "remedy": ""}');
INSERT INTO "standing" VALUES(7,4,'harbour','{"client": "harbour", "title": "Harbour Books", "kind": "standard", "source": "inventory", "fetched_at": null, "month": ["2024-12-01", "2024-12-31"], "agreed": "4", "used": "0", "used_at": "2024-12-01T01:53:53.014617Z", "forecast": null, "cap": "4", "tasks": null, "in_scope": null, "out_of_scope": [], "scope_is_whole": true, "first_response": {}, "resolution": {}, "calendar": "24x7", "remarks": [], "time": {"rule": "minimum", "hours": "0.5", "step": "0.25", "cap": null}, "harvest_project": 111, "zendesk_organization": null, "used_unknown": "", "trouble": "", "remedy": ""}');
INSERT INTO "standing" VALUES(8,4,'regatta','{"client": "regatta", "title": "Regatta Club", "kind": "extended", "source": "inventory", "fetched_at": null, "month": ["2024-12-01", "2024-12-31"], "agreed": "10", "used": "0", "used_at": "2024-12-01T01:53:53.014617Z", "forecast": null, "cap": "10", "tasks": null, "in_scope": null, "out_of_scope": [], "scope_is_whole": true, "first_response": {}, "resolution": {}, "calendar": "24x7", "remarks": [], "time": {"rule": "per_site", "hours": "0.1", "step": "0.25", "cap": null}, "harvest_project": 112, "zendesk_organization": null, "used_unknown": "", "trouble": "", "remedy": ""}');
CREATE TABLE ticket (
	id INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	external_id TEXT NOT NULL, 
	client TEXT, 
	number INTEGER, 
	submitter INTEGER, 
	predecessor_id INTEGER, 
	opened_at DATETIME NOT NULL, 
	commented_at DATETIME, 
	solved_at DATETIME, 
	CONSTRAINT pk_ticket PRIMARY KEY (id), 
	CONSTRAINT fk_ticket_predecessor_id FOREIGN KEY(predecessor_id) REFERENCES ticket (id) ON DELETE SET NULL
);
INSERT INTO "ticket" VALUES(1,'incident','siterounds:rehearsal:site:shop:rehearsal:disk','harbour',35436,900,NULL,'2024-12-01 01:53:53.343722',NULL,NULL);
INSERT INTO "ticket" VALUES(2,'incident','siterounds:rehearsal:site:shop:rehearsal:mail','harbour',NULL,NULL,NULL,'2024-12-01 01:53:53.778631',NULL,NULL);
CREATE TABLE ticket_item (
	ticket_id INTEGER NOT NULL, 
	incident_id INTEGER NOT NULL, 
	phase TEXT NOT NULL, 
	state TEXT NOT NULL, 
	"left" INTEGER NOT NULL, 
	CONSTRAINT pk_ticket_item PRIMARY KEY (ticket_id, incident_id), 
	CONSTRAINT fk_ticket_item_ticket_id FOREIGN KEY(ticket_id) REFERENCES ticket (id) ON DELETE CASCADE, 
	CONSTRAINT fk_ticket_item_incident_id FOREIGN KEY(incident_id) REFERENCES incident (id) ON DELETE CASCADE
);
INSERT INTO "ticket_item" VALUES(1,1,'open','critical',0);
INSERT INTO "ticket_item" VALUES(2,2,'open','critical',0);
CREATE TABLE time_entry (
	id INTEGER NOT NULL, 
	client TEXT NOT NULL, 
	slot TEXT NOT NULL, 
	reference TEXT NOT NULL, 
	spent_on TEXT NOT NULL, 
	hours TEXT NOT NULL, 
	number INTEGER, 
	withheld TEXT NOT NULL, 
	CONSTRAINT pk_time_entry PRIMARY KEY (id), 
	CONSTRAINT uq_time_entry_reference UNIQUE (reference), 
	CONSTRAINT uq_time_entry_client_slot UNIQUE (client, slot)
);
INSERT INTO "time_entry" VALUES(1,'harbour','2024-11-23T06','siterounds-rehearsal-harbour-2024-11-23T06','2024-11-23','0.50',636718192,'');
INSERT INTO "time_entry" VALUES(2,'regatta','2024-11-23T06','siterounds-rehearsal-regatta-2024-11-23T06','2024-11-23','0.10',636718193,'');
INSERT INTO "time_entry" VALUES(3,'harbour','2024-11-23T18','siterounds-rehearsal-harbour-2024-11-23T18','2024-11-23','0.50',NULL,'');
INSERT INTO "time_entry" VALUES(4,'regatta','2024-11-23T18','siterounds-rehearsal-regatta-2024-11-23T18','2024-11-23','0.10',NULL,'');
CREATE TABLE whole_round (
	client TEXT NOT NULL, 
	round_id INTEGER NOT NULL, 
	CONSTRAINT pk_whole_round PRIMARY KEY (client, round_id), 
	CONSTRAINT fk_whole_round_round_id FOREIGN KEY(round_id) REFERENCES round (id) ON DELETE CASCADE
);
INSERT INTO "whole_round" VALUES('harbour',1);
INSERT INTO "whole_round" VALUES('regatta',1);
INSERT INTO "whole_round" VALUES('harbour',2);
INSERT INTO "whole_round" VALUES('regatta',2);
INSERT INTO "whole_round" VALUES('harbour',3);
INSERT INTO "whole_round" VALUES('regatta',3);
INSERT INTO "whole_round" VALUES('harbour',4);
INSERT INTO "whole_round" VALUES('regatta',4);
CREATE INDEX ix_incident_phase ON incident (phase);
CREATE INDEX ix_change_incident_id ON change (incident_id);
CREATE INDEX ix_change_round_id ON change (round_id);
CREATE INDEX ix_due_check_round_id ON due_check (round_id);
CREATE INDEX ix_not_run_round_id ON not_run (round_id);
CREATE INDEX ix_finding_round_id ON finding (round_id);
CREATE INDEX ix_standing_round_id ON standing (round_id);
CREATE INDEX ix_silence_incident_id ON silence (incident_id);
CREATE INDEX ix_ticket_external_id ON ticket (external_id);
CREATE INDEX ix_ticket_item_incident_id ON ticket_item (incident_id);
CREATE INDEX ix_message_stream ON message (stream);
CREATE INDEX ix_message_stage ON message (stage);
CREATE INDEX ix_report_stage ON report (stage);
CREATE INDEX ix_whole_round_round_id ON whole_round (round_id);
CREATE INDEX ix_change_at ON change (at);
CREATE INDEX ix_finding_check_host_round_id ON finding ("check", host, round_id);
CREATE INDEX ix_standing_client_round_id ON standing (client, round_id);
CREATE INDEX ix_slot_subject_due_at ON slot (subject, due_at);
COMMIT;
