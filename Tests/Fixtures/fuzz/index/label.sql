PRAGMA writable_schema = ON;
UPDATE label_data SET block = randomblob(64);
UPDATE label_config SET v = 99;
