UPDATE item SET tokens = x'ff00fe', name = x'ffff', text = zeroblob(100000);
UPDATE explanation SET text = x'80', record = '{', created = 'never';
UPDATE statistics SET positions = 'many', items = NULL;
