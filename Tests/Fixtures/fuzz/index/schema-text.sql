PRAGMA writable_schema = ON;
UPDATE sqlite_master SET sql = 'CREATE TABLE fact (name, value, more AS (hex(zeroblob(1000000))))' WHERE name = 'fact';
