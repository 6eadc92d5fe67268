-- Marks are read all together or by their id, never by lead: the index cost every change and served nobody.
DROP INDEX arrival_marks_lead;
