-- One edit of a remark at a time: WeCom's call has no condition, so what was looked at and what is written must not be crossed by another edit of ours.
ALTER TABLE follows ADD COLUMN remarking_until timestamptz;
