CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
CREATE TABLE person (
    conversation_id VARCHAR(40) NOT NULL,
    number TEXT NOT NULL,
    unreachable_at TIMESTAMP WITHOUT TIME ZONE,
    last_message_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    PRIMARY KEY (conversation_id)
);
CREATE INDEX ix_person_last_message_at ON person (last_message_at);
CREATE TABLE opt_out (
    conversation_id VARCHAR(40) NOT NULL,
    at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    PRIMARY KEY (conversation_id)
);
CREATE TABLE alert (
    id SERIAL NOT NULL,
    conversation_id VARCHAR(40) NOT NULL,
    kind VARCHAR(20) NOT NULL,
    level VARCHAR(10) NOT NULL,
    words TEXT,
    detail VARCHAR(200),
    cause VARCHAR(60) NOT NULL,
    created_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    next_mail_at TIMESTAMP WITHOUT TIME ZONE,
    acknowledged_at TIMESTAMP WITHOUT TIME ZONE,
    acknowledged_by VARCHAR(100),
    PRIMARY KEY (id),
    FOREIGN KEY(conversation_id) REFERENCES person (conversation_id),
    UNIQUE (cause)
);
CREATE INDEX ix_alert_conversation_id ON alert (conversation_id);
CREATE INDEX ix_alert_next_mail_at ON alert (next_mail_at);
CREATE TABLE consent (
    id SERIAL NOT NULL,
    conversation_id VARCHAR(40) NOT NULL,
    event VARCHAR(10) NOT NULL,
    recorded_by VARCHAR(100) NOT NULL,
    at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(conversation_id) REFERENCES person (conversation_id)
);
CREATE INDEX ix_consent_conversation_id ON consent (conversation_id);
CREATE TABLE enrolment (
    id SERIAL NOT NULL,
    conversation_id VARCHAR(40) NOT NULL,
    discharge_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    act_at TIMESTAMP WITHOUT TIME ZONE,
    created_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(conversation_id) REFERENCES person (conversation_id)
);
CREATE INDEX ix_enrolment_conversation_id ON enrolment (conversation_id);
CREATE TABLE delivery (
    id SERIAL NOT NULL,
    enrolment_id INTEGER NOT NULL,
    step VARCHAR(50) NOT NULL,
    kind VARCHAR(10) NOT NULL,
    reference VARCHAR(32) NOT NULL,
    state VARCHAR(10) NOT NULL,
    reason VARCHAR(200),
    next_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    attempts INTEGER NOT NULL,
    claimed_at TIMESTAMP WITHOUT TIME ZONE,
    provider_id VARCHAR(100),
    sent_at TIMESTAMP WITHOUT TIME ZONE,
    reply_due_at TIMESTAMP WITHOUT TIME ZONE,
    answered_at TIMESTAMP WITHOUT TIME ZONE,
    PRIMARY KEY (id),
    FOREIGN KEY(enrolment_id) REFERENCES enrolment (id),
    UNIQUE (enrolment_id, step),
    UNIQUE (reference)
);
CREATE INDEX ix_delivery_reply_due_at ON delivery (reply_due_at);
CREATE INDEX ix_delivery_state_expires_at ON delivery (state, expires_at);
CREATE INDEX ix_delivery_state_next_at ON delivery (state, next_at);
