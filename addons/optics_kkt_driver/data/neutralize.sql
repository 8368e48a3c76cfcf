-- A copy of a shop's database must neither print on the shop's tills nor write to its operator.
UPDATE kkt_device SET driver = 'virtual', delivery = 'http';
-- Each till of the copy begins with a virtual drive of its own.
UPDATE kkt_lane SET fn_number = NULL, last_fd = 0;
UPDATE kkt_drive SET state = 'archived', archived_at = now() AT TIME ZONE 'UTC' WHERE state = 'in_use';
UPDATE fiscal_ofd SET url = '/ofd/v1', token = NULL, proxy = NULL;
-- What the original still has to print or to deliver is not the copy's business.
UPDATE fiscal_document SET state = 'cancelled' WHERE state IN ('queued', 'printing', 'unknown', 'manual', 'failed');
UPDATE fiscal_document SET state = 'delivered' WHERE state IN ('printed', 'dead');
-- Head office hears of the original alone, and shops report to the original alone.
DELETE FROM ir_config_parameter WHERE key IN ('optics_kkt.head_office_url', 'optics_kkt.head_office_token', 'optics_kkt.head_office_database');
INSERT INTO ir_config_parameter (key, value) VALUES ('optics_kkt.head_office_reporting', 'off')
    ON CONFLICT (key) DO UPDATE SET value = 'off';
UPDATE kkt_site SET active = false;
