-- Two people, one of whom said STOP; and a STOP of somebody erased since.
INSERT INTO alembic_version VALUES ('0001');
INSERT INTO person VALUES
    ('sms-7db3c0ee03ea8bf600f21ce22003adf2', 'gAAAAABrBbvjX29FdA4I2lRu6ejrWFWAN-9PvwOnTk3NyFBLdiEbCvBYWZUBjrz1pYnQ6FLCpg_lE_Rem02Fl2f5kjXaAdbULw==', NULL, '2026-03-10 10:00:01.500000'),
    ('sms-4e38466424bbabbf954f9521a0ff5bbf', 'gAAAAABrBbvj8TIcQ-Oa3xQICdujJCallLVRvXImr9w5TfMDwL2PXsXQM5vkHaRu7tgeEaqbzLi7L4su50IqfwKy4whjnACZRw==', '2026-03-09 08:00:00.000000', '2026-03-08 17:30:00.000000');
INSERT INTO opt_out VALUES
    ('sms-4e38466424bbabbf954f9521a0ff5bbf', '2026-03-08 17:30:00.000000'),
    ('sms-1b034dfa8d0c02a6ec5ac9a13590da9b', '2026-01-02 03:04:05.678901');
INSERT INTO consent (conversation_id, event, recorded_by, at) VALUES
    ('sms-7db3c0ee03ea8bf600f21ce22003adf2', 'given', 'Mme Durand', '2026-03-09 10:00:00.000000'),
    ('sms-4e38466424bbabbf954f9521a0ff5bbf', 'given', 'Mme Durand', '2026-03-07 10:00:00.000000'),
    ('sms-4e38466424bbabbf954f9521a0ff5bbf', 'stop', 'patient', '2026-03-08 17:30:00.000000');
INSERT INTO enrolment (conversation_id, discharge_at, act_at, created_at) VALUES
    ('sms-7db3c0ee03ea8bf600f21ce22003adf2', '2026-03-09 15:00:00.000000', NULL, '2026-03-09 10:00:00.123456'),
    ('sms-4e38466424bbabbf954f9521a0ff5bbf', '2026-03-07 15:00:00.000000', '2026-03-07 08:00:00.000000', '2026-03-07 10:00:00.000000');
INSERT INTO delivery (
    enrolment_id, step, kind, reference, state, reason, next_at, expires_at, attempts,
    claimed_at, provider_id, sent_at, reply_due_at, answered_at
) VALUES
    (1, 'day_1', 'check_in', 'e1-day_1', 'sent', NULL, '2026-03-10 09:00:00.000000',
     '2026-03-10 19:00:00.000000', 1, '2026-03-10 09:00:00.000000', '17',
     '2026-03-10 09:00:00.987654', NULL, '2026-03-10 10:00:00.250000'),
    (1, 'day_7', 'advice', 'e1-day_7', 'pending', NULL, '2026-03-16 09:00:00.000000',
     '2026-03-16 19:00:00.000000', 0, NULL, NULL, NULL, NULL, NULL),
    (2, 'day_1', 'check_in', 'e2-day_1', 'opted_out', 'STOP', '2026-03-09 09:00:00.000000',
     '2026-03-09 19:00:00.000000', 0, NULL, NULL, NULL, NULL, NULL);
INSERT INTO alert (
    conversation_id, kind, level, words, detail, cause, created_at, next_mail_at,
    acknowledged_at, acknowledged_by
) VALUES
    ('sms-7db3c0ee03ea8bf600f21ce22003adf2', 'alarm', 'medecin', 'gAAAAABrBbvjCK5G1snedYNhbM7hcRA1j4Cp5abUlDwuNos2c6GksZpsdPeaXeC-wN5lrIUWT4-i4uLL6qtY4Qcr1BUwsVZYJA==', NULL, 'alarm-m2', '2026-03-10 10:00:03.000000',
     '2026-03-10 10:30:03.000000', NULL, NULL),
    ('sms-4e38466424bbabbf954f9521a0ff5bbf', 'undeliverable', 'none', NULL, 'day_0', 'undeliverable-2-day_0',
     '2026-03-08 09:00:00.000000', NULL, '2026-03-08 09:30:00.000000', 'Dr Martin');
