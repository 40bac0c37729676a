UPDATE fact SET value = '{"exemplars":-1,"sampledTokens":9223372036854775807,"spanTokens":0,"template":"","views":[]}' WHERE name = 'options';
