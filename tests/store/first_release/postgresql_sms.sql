CREATE TABLE sms_inbound (
    provider VARCHAR(16) NOT NULL,
    id VARCHAR(128) NOT NULL,
    conversation VARCHAR(64) NOT NULL,
    begun_at FLOAT NOT NULL,
    done_at FLOAT,
    PRIMARY KEY (provider, id)
);
CREATE INDEX sms_inbound_conversation ON sms_inbound (conversation, begun_at);
CREATE TABLE sms_outbound (
    reference VARCHAR(128) NOT NULL,
    state VARCHAR(16) NOT NULL,
    provider_id VARCHAR(128),
    at FLOAT NOT NULL,
    PRIMARY KEY (reference)
);
CREATE TABLE sms_phone (
    id SERIAL NOT NULL,
    conversation VARCHAR(64) NOT NULL,
    reference VARCHAR(128) NOT NULL,
    text TEXT NOT NULL,
    at FLOAT NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX ix_sms_phone_conversation ON sms_phone (conversation);
