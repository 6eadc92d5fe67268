-- How often the language model was asked, a row a business day: its budget.
CREATE TABLE model_days (
  day    date PRIMARY KEY,
  calls  integer NOT NULL
);
