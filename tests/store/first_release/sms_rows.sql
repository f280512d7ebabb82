-- Seconds since 1970: whole, of a clock, within the last microsecond of a second; and none.
INSERT INTO sms_inbound VALUES
    ('console', 'm1', 'sms-7db3c0ee03ea8bf600f21ce22003adf2', 1773136800.25, 1773136801.5),
    ('console', 'm2', 'sms-7db3c0ee03ea8bf600f21ce22003adf2', 1773136802.9999998, NULL),
    ('twilio', 'm1', 'sms-4e38466424bbabbf954f9521a0ff5bbf', 1773136801.1234568, 1773136801.999999),
    ('kannel', '7', 'sms-4e38466424bbabbf954f9521a0ff5bbf', 1000000, NULL);
INSERT INTO sms_outbound VALUES
    ('reply-m1-0', 'delivered', '1', 1773136801.25),
    ('e1-day_1', 'begun', NULL, 1773136800.000001),
    ('e1-day_7', 'refused', NULL, 1773136800);
INSERT INTO sms_phone (conversation, reference, text, at) VALUES
    ('sms-7db3c0ee03ea8bf600f21ce22003adf2', 'reply-m1-0', 'gAAAAABrBbvjrBOoqueJ1F4BA6fPx8mFxf3g5hImncT4MiREoSGBzB2TN2iZp3o9mmWa1rJaOvfovOk-Xp6-qOgEgZk_j-JVA4MbpZ-NgJOzrI_70aRIQfvIYed8uIXn5lSZ1uV3FGgTszfIigBGew8oj1QqV1bA9RsHLXAPlFN6od0WHbkbTt0=', 1773136801.25),
    ('sms-4e38466424bbabbf954f9521a0ff5bbf', 'e2-day_0',
     'gAAAAABrBbvju60OJOw_kp4VCp_7B3MTu9Qi3TsGe6nzh5XH2bRA2fBipzRGhktX8jicN9cGN0zHClJ_Krnuamh1MTacdFj8nEbjQCCboQ0R9UVqoSJa_ck=', 1773136799.875);
