PRAGMA writable_schema = ON;
INSERT INTO sqlite_master SELECT type, name || '2', tbl_name || '2', rootpage, replace(sql, name, name || '2') FROM sqlite_master WHERE type = 'table';
