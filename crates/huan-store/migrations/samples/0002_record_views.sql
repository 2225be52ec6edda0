-- This step changes indices only.
UPDATE person SET job = '研发组长' WHERE id = 'per_00000000000000000000000002';
