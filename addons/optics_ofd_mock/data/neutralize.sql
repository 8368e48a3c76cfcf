-- A copy of a database has delivered nothing to its emulator, and starts with one that works.
DELETE FROM ofd_mock_receipt;
UPDATE ofd_mock_state
   SET mode = 'disabled', failures_left = 0, status_code = 503, response_delay = 0, calls = 0;
