PRAGMA writable_schema = ON;
DELETE FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%';
