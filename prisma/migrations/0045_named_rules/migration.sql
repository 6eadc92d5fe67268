-- Every decision says under which version of the playbook it was made. 0: before this was kept. The defaults are constants, so
-- that no table is rewritten.
ALTER TABLE enrolment_steps ADD COLUMN playbook_version integer NOT NULL DEFAULT 0;
ALTER TABLE lead_tags ADD COLUMN playbook_version integer NOT NULL DEFAULT 0;
