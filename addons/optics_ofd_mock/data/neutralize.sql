-- A copy of a database has delivered nothing to its emulator, and starts with one that works.
DELETE FROM ofd_mock_receipt;
UPDATE ofd_mock_state
   SET mode = 'disabled', failures_left = 0, status_code = 503, retry_after = 0, response_delay = 0,
       delay_spread = 0, manner = 'well', probability = 1, seed = 0, calls = 0;
