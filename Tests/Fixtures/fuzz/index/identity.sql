UPDATE fact SET value = replace(value, '40', '9223372036854775807') WHERE name = 'identity';
