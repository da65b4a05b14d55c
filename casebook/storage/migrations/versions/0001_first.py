"""The casebook as first released"""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('application',
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('external_id', sa.Text(), nullable=True),
    sa.Column('content_digest', sa.Text(), nullable=False),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('route', sa.Text(), nullable=False),
    sa.Column('applicant', sa.Text(), nullable=False),
    sa.Column('policy', sa.Text(), nullable=False),
    sa.Column('concern', sa.Text(), nullable=True),
    sa.Column('immediate_danger', sa.Text(), nullable=False),
    sa.Column('relationship', sa.Text(), nullable=True),
    sa.Column('relationship_started', sa.Text(), nullable=True),
    sa.Column('relationship_ended', sa.Text(), nullable=True),
    sa.Column('living_together', sa.Text(), nullable=False),
    sa.Column('pregnant', sa.Text(), nullable=False),
    sa.Column('children', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('doubts', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('explained', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('stage', sa.Text(), nullable=False),
    sa.Column('priority', sa.Text(), nullable=False),
    sa.Column('priority_reason', sa.Text(), nullable=False),
    sa.Column('band', sa.Text(), nullable=True),
    sa.Column('score', sa.Float(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closing_reason', sa.Text(), nullable=True),
    sa.Column('out_of_cycle', sa.Boolean(), nullable=False),
    sa.Column('restricted', sa.Boolean(), nullable=False),
    sa.Column('legal_hold', sa.Boolean(), nullable=False),
    sa.Column('frozen_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('disposed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("stage <> 'closed' OR (outcome IS NOT NULL AND closed_at IS NOT NULL)", name=op.f('ck_application_closed_has_outcome')),
    sa.CheckConstraint('NOT (legal_hold AND disposed_at IS NOT NULL)', name=op.f('ck_application_no_disposal_under_hold')),
    sa.PrimaryKeyConstraint('reference', name=op.f('pk_application')),
    sa.UniqueConstraint('external_id', name=op.f('uq_application_external_id'))
    )
    op.create_index('ix_application_open', 'application', ['stage'], unique=False, postgresql_where=sa.text("stage <> 'closed'"))
    op.create_table('chain_head',
    sa.Column('chain', sa.Text(), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('hash', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('chain', name=op.f('pk_chain_head'))
    )
    op.create_table('heartbeat',
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('signature', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_heartbeat'))
    )
    op.create_table('home',
    sa.Column('kind', sa.Text(), nullable=False),
    sa.CheckConstraint("kind IN ('live', 'trial')", name=op.f('ck_home_kind')),
    sa.PrimaryKeyConstraint('kind', name=op.f('pk_home'))
    )
    op.create_table('ledger',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('chain', sa.Text(), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor', sa.Text(), nullable=False),
    sa.Column('event', sa.Text(), nullable=False),
    sa.Column('body', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('previous', sa.Text(), nullable=False),
    sa.Column('hash', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger')),
    sa.UniqueConstraint('chain', 'sequence', name=op.f('uq_ledger_chain'))
    )
    op.create_table('outbox',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('priority', sa.Text(), nullable=False),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('dispatched_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('run_id', sa.Text(), nullable=True),
    sa.Column('begun_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox'))
    )
    op.create_index('ix_outbox_coming', 'outbox', ['reference'], unique=False, postgresql_where=sa.text('begun_at IS NULL'))
    op.create_index('ix_outbox_waiting', 'outbox', ['id'], unique=False, postgresql_where=sa.text('dispatched_at IS NULL'))
    op.create_table('reference_counter',
    sa.Column('year', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('last', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('year', name=op.f('pk_reference_counter'))
    )
    op.create_table('review_application',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('rows', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('basis', sa.Text(), nullable=True),
    sa.Column('assessment', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('rank', sa.Integer(), nullable=True),
    sa.Column('before', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_review_application')),
    sa.UniqueConstraint('reference', name=op.f('uq_review_application_reference'))
    )
    op.create_table('review_campaign',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('target', sa.Text(), nullable=False),
    sa.Column('because', sa.Text(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('opened_by', sa.Text(), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_by', sa.Text(), nullable=True),
    sa.Column('account', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.CheckConstraint('(closed_at IS NULL) = (account IS NULL)', name=op.f('ck_review_campaign_closed_with_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_review_campaign'))
    )
    op.create_table('review_contact',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('anchor', sa.Text(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('because', sa.Text(), nullable=False),
    sa.Column('rung', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('look_again_on', sa.Date(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_review_contact'))
    )
    op.create_index(op.f('ix_review_contact_anchor'), 'review_contact', ['anchor'], unique=False)
    op.create_table('review_import',
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('imported_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('imported_by', sa.Text(), nullable=False),
    sa.Column('rows', sa.Integer(), nullable=False),
    sa.Column('quality', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.PrimaryKeyConstraint('digest', name=op.f('pk_review_import'))
    )
    op.create_table('review_referral',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('anchor', sa.Text(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('ground', sa.Text(), nullable=False),
    sa.Column('regulator_reference', sa.Text(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('made_by', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_review_referral'))
    )
    op.create_table('review_state',
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('said', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_review_state'))
    )
    op.create_table('seal',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('sealed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('heads', sa.Integer(), nullable=False),
    sa.Column('root', sa.Text(), nullable=False),
    sa.Column('sequences', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_seal'))
    )
    op.create_table('source_extract',
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('loaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('loaded_by', sa.Text(), nullable=False),
    sa.Column('persons', sa.Integer(), nullable=False),
    sa.Column('records', sa.Integer(), nullable=False),
    sa.Column('changed', sa.Integer(), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_source_extract'))
    )
    op.create_index(op.f('ix_source_extract_source'), 'source_extract', ['source'], unique=False)
    op.create_table('source_frequency',
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('part', sa.Text(), nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.Column('persons', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('source', 'part', 'value', name=op.f('pk_source_frequency'))
    )
    op.create_table('source_person',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('person_id', sa.Text(), nullable=False),
    sa.Column('since', sa.BigInteger(), nullable=False),
    sa.Column('until', sa.BigInteger(), nullable=True),
    sa.Column('forename', sa.Text(), nullable=True),
    sa.Column('middle_names', sa.Text(), nullable=True),
    sa.Column('surname', sa.Text(), nullable=True),
    sa.Column('aliases', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('dob', sa.Text(), nullable=True),
    sa.Column('sex', sa.Text(), nullable=False),
    sa.Column('address', sa.Text(), nullable=True),
    sa.Column('postcode', sa.Text(), nullable=True),
    sa.Column('pnc_id', sa.Text(), nullable=True),
    sa.Column('cro', sa.Text(), nullable=True),
    sa.Column('plain_forename', sa.Text(), nullable=True),
    sa.Column('plain_surname', sa.Text(), nullable=True),
    sa.Column('plain_postcode', sa.Text(), nullable=True),
    sa.Column('keys', sa.ARRAY(sa.Integer()), nullable=False),
    sa.Column('digest', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_source_person'))
    )
    op.create_index('ix_source_person_current', 'source_person', ['source', 'person_id'], unique=True, postgresql_where=sa.text('until IS NULL'))
    op.create_index('ix_source_person_keys', 'source_person', ['keys'], unique=False, postgresql_using='gin', postgresql_where=sa.text('until IS NULL'))
    op.create_table('source_record',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('record_id', sa.Text(), nullable=False),
    sa.Column('since', sa.BigInteger(), nullable=False),
    sa.Column('until', sa.BigInteger(), nullable=True),
    sa.Column('person_id', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('offence_code', sa.Text(), nullable=True),
    sa.Column('offence_text', sa.Text(), nullable=True),
    sa.Column('date', sa.Text(), nullable=True),
    sa.Column('outcome', sa.Text(), nullable=True),
    sa.Column('victim_id', sa.Text(), nullable=True),
    sa.Column('victim_relationship', sa.Text(), nullable=False),
    sa.Column('flags', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('owner', sa.Text(), nullable=True),
    sa.Column('source_evaluation', sa.Text(), nullable=True),
    sa.Column('intelligence_assessment', sa.Text(), nullable=True),
    sa.Column('handling', sa.Text(), nullable=True),
    sa.Column('digest', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_source_record'))
    )
    op.create_index('ix_source_record_current', 'source_record', ['source', 'record_id'], unique=True, postgresql_where=sa.text('until IS NULL'))
    op.create_index('ix_source_record_person', 'source_record', ['source', 'person_id'], unique=False)
    op.create_table('staff',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('added_by', sa.Text(), nullable=False),
    sa.Column('line_manager', sa.Text(), nullable=True),
    sa.Column('on_duty', sa.Boolean(), nullable=False),
    sa.Column('suspended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('suspended_by', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff'))
    )
    op.create_table('applicant_sign',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('found_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('cleared', sa.Boolean(), nullable=True),
    sa.Column('answer', sa.Text(), nullable=True),
    sa.Column('answered_by', sa.Text(), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['reference'], ['application.reference'], name=op.f('fk_applicant_sign_reference')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_applicant_sign'))
    )
    op.create_index(op.f('ix_applicant_sign_reference'), 'applicant_sign', ['reference'], unique=False)
    op.create_table('application_link',
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('other', sa.Text(), nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.Column('found_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['other'], ['application.reference'], name=op.f('fk_application_link_other')),
    sa.ForeignKeyConstraint(['reference'], ['application.reference'], name=op.f('fk_application_link_reference')),
    sa.PrimaryKeyConstraint('reference', 'other', 'why', name=op.f('pk_application_link'))
    )
    op.create_table('assurance',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('confidence', sa.Text(), nullable=True),
    sa.Column('uncovered', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('statement', sa.Text(), nullable=False),
    sa.Column('signed_by', sa.Text(), nullable=False),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('facts', sa.Text(), nullable=False),
    sa.Column('superseded', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['reference'], ['application.reference'], name=op.f('fk_assurance_reference')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assurance'))
    )
    op.create_index(op.f('ix_assurance_reference'), 'assurance', ['reference'], unique=False)
    op.create_table('clock',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('limit_name', sa.Text(), nullable=False),
    sa.Column('anchor_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('budget', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('consumed_seconds', sa.Float(), nullable=False),
    sa.Column('running_since', sa.DateTime(timezone=True), nullable=True),
    sa.Column('pause_reason', sa.Text(), nullable=True),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('unpaused_due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('verified', sa.Boolean(), nullable=False),
    sa.Column('met_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('overrun_reason', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['reference'], ['application.reference'], name=op.f('fk_clock_reference')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_clock'))
    )
    op.create_index('ix_clock_due', 'clock', ['due_at'], unique=False, postgresql_where=sa.text('met_at IS NULL AND due_at IS NOT NULL'))
    op.create_index(op.f('ix_clock_reference'), 'clock', ['reference'], unique=False)
    op.create_table('clock_offset',
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('seconds', sa.Float(), nullable=False),
    sa.CheckConstraint("kind = 'trial'", name=op.f('ck_clock_offset_trial_only')),
    sa.ForeignKeyConstraint(['kind'], ['home.kind'], name=op.f('fk_clock_offset_kind')),
    sa.PrimaryKeyConstraint('kind', name=op.f('pk_clock_offset'))
    )
    op.create_table('competence',
    sa.Column('staff_id', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('granted_on', sa.Date(), nullable=False),
    sa.Column('expires_on', sa.Date(), nullable=False),
    sa.Column('recorded_by', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_competence_staff_id')),
    sa.PrimaryKeyConstraint('staff_id', 'subject', name=op.f('pk_competence'))
    )
    op.create_table('contact_override',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('party', sa.Text(), nullable=False),
    sa.Column('reason_code', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('authorised_by', sa.Text(), nullable=False),
    sa.Column('authorised_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['reference'], ['application.reference'], name=op.f('fk_contact_override_reference')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contact_override'))
    )
    op.create_index(op.f('ix_contact_override_reference'), 'contact_override', ['reference'], unique=False)
    op.create_table('decision',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('chair', sa.Text(), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('limbs', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('representations', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('recipients', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('items', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('wording', sa.Text(), nullable=True),
    sa.Column('refusal_reason', sa.Text(), nullable=True),
    sa.Column('rationale', sa.Text(), nullable=False),
    sa.Column('dissent', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('supervisor_reason', sa.Text(), nullable=True),
    sa.Column('supervisor', sa.Text(), nullable=True),
    sa.Column('facts', sa.Text(), nullable=False),
    sa.Column('policy', sa.Text(), nullable=False),
    sa.Column('occurred_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('superseded', sa.Boolean(), nullable=False),
    sa.CheckConstraint("outcome IN ('disclosed_to_a', 'disclosed_to_protector', 'nothing_to_disclose', 'not_disclosed', 'out_of_scope', 'insufficient_information')", name=op.f('ck_decision_outcome')),
    sa.CheckConstraint('supervisor IS NULL OR supervisor <> chair', name=op.f('ck_decision_supervisor_is_another')),
    sa.ForeignKeyConstraint(['reference'], ['application.reference'], name=op.f('fk_decision_reference')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_decision')),
    sa.UniqueConstraint('reference', 'version', name=op.f('uq_decision_reference'))
    )
    op.create_index(op.f('ix_decision_reference'), 'decision', ['reference'], unique=False)
    op.create_table('disposal',
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('proposed_by', sa.Text(), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('second_by', sa.Text(), nullable=True),
    sa.Column('second_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('second_by IS NULL OR second_by <> proposed_by', name=op.f('ck_disposal_two_people')),
    sa.ForeignKeyConstraint(['reference'], ['application.reference'], name=op.f('fk_disposal_reference')),
    sa.PrimaryKeyConstraint('reference', name=op.f('pk_disposal'))
    )
    op.create_table('emergency_disclosure',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('authorised_by', sa.Text(), nullable=False),
    sa.Column('researchers', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('recipient', sa.Text(), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('told', sa.Text(), nullable=False),
    sa.Column('occurred_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ratified_by', sa.Text(), nullable=True),
    sa.Column('ratified', sa.Boolean(), nullable=True),
    sa.Column('ratification', sa.Text(), nullable=True),
    sa.Column('ratified_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('NOT (researchers ? authorised_by)', name=op.f('ck_emergency_disclosure_authoriser_did_no_research')),
    sa.CheckConstraint('ratified_by IS NULL OR ratified_by <> authorised_by', name=op.f('ck_emergency_disclosure_ratified_by_another')),
    sa.ForeignKeyConstraint(['reference'], ['application.reference'], name=op.f('fk_emergency_disclosure_reference')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_emergency_disclosure'))
    )
    op.create_index(op.f('ix_emergency_disclosure_reference'), 'emergency_disclosure', ['reference'], unique=False)
    op.create_table('follow_up',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('limit_name', sa.Text(), nullable=False),
    sa.Column('offered', sa.Boolean(), nullable=False),
    sa.Column('chosen', sa.Text(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('result', sa.Text(), nullable=True),
    sa.Column('by_them', sa.Boolean(), nullable=True),
    sa.Column('notes', sa.Text(), nullable=True),
    sa.Column('closed_by', sa.Text(), nullable=True),
    sa.Column('closure_approved_by', sa.Text(), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('closure_approved_by IS NULL OR closure_approved_by <> closed_by', name=op.f('ck_follow_up_two_people')),
    sa.ForeignKeyConstraint(['reference'], ['application.reference'], name=op.f('fk_follow_up_reference')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_follow_up'))
    )
    op.create_index(op.f('ix_follow_up_reference'), 'follow_up', ['reference'], unique=False)
    op.create_table('gate_override',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('stage', sa.Text(), nullable=False),
    sa.Column('expectation', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('proposed_by', sa.Text(), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('second_by', sa.Text(), nullable=True),
    sa.Column('second_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('second_by IS NULL OR second_by <> proposed_by', name=op.f('ck_gate_override_two_people')),
    sa.ForeignKeyConstraint(['reference'], ['application.reference'], name=op.f('fk_gate_override_reference')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_gate_override')),
    sa.UniqueConstraint('reference', 'stage', 'expectation', name=op.f('uq_gate_override_reference'))
    )
    op.create_index(op.f('ix_gate_override_reference'), 'gate_override', ['reference'], unique=False)
    op.create_table('gate_result',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('stage', sa.Text(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('results', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.ForeignKeyConstraint(['reference'], ['application.reference'], name=op.f('fk_gate_result_reference')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_gate_result'))
    )
    op.create_index(op.f('ix_gate_result_reference'), 'gate_result', ['reference'], unique=False)
    op.create_table('instrument_answer',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('instrument', sa.Text(), nullable=False),
    sa.Column('instrument_version', sa.Text(), nullable=False),
    sa.Column('question', sa.Text(), nullable=False),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.Text(), nullable=False),
    sa.Column('superseded', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['reference'], ['application.reference'], name=op.f('fk_instrument_answer_reference')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_instrument_answer'))
    )
    op.create_index(op.f('ix_instrument_answer_reference'), 'instrument_answer', ['reference'], unique=False)
    op.create_table('lease',
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('holder', sa.Text(), nullable=True),
    sa.Column('acquired_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('wake', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['reference'], ['application.reference'], name=op.f('fk_lease_reference')),
    sa.PrimaryKeyConstraint('reference', name=op.f('pk_lease'))
    )
    op.create_table('meeting',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('held', sa.Boolean(), nullable=False),
    sa.Column('exception_reason', sa.Text(), nullable=True),
    sa.Column('identity_evidence', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('identity_confirmed', sa.Boolean(), nullable=False),
    sa.Column('notes', sa.Text(), nullable=True),
    sa.Column('occurred_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['reference'], ['application.reference'], name=op.f('fk_meeting_reference')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_meeting'))
    )
    op.create_index(op.f('ix_meeting_reference'), 'meeting', ['reference'], unique=False)
    op.create_table('member_answer',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('member', sa.Text(), nullable=False),
    sa.Column('limbs', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('reasons', sa.Text(), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['reference'], ['application.reference'], name=op.f('fk_member_answer_reference')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_member_answer')),
    sa.UniqueConstraint('reference', 'version', 'member', name=op.f('uq_member_answer_reference'))
    )
    op.create_index(op.f('ix_member_answer_reference'), 'member_answer', ['reference'], unique=False)
    op.create_table('panel',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('chair', sa.Text(), nullable=False),
    sa.Column('members', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('agencies_asked', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('agencies_silent', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('meets_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('out_of_cycle', sa.Boolean(), nullable=False),
    sa.Column('quorum', sa.Integer(), nullable=False),
    sa.Column('convened_by', sa.Text(), nullable=False),
    sa.Column('convened_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['reference'], ['application.reference'], name=op.f('fk_panel_reference')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_panel')),
    sa.UniqueConstraint('reference', 'version', name=op.f('uq_panel_reference'))
    )
    op.create_index(op.f('ix_panel_reference'), 'panel', ['reference'], unique=False)
    op.create_table('person',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('party', sa.Text(), nullable=False),
    sa.Column('forename', sa.Text(), nullable=True),
    sa.Column('middle_names', sa.Text(), nullable=True),
    sa.Column('surname', sa.Text(), nullable=True),
    sa.Column('former_names', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('aliases', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('dob', sa.Text(), nullable=True),
    sa.Column('dob_certainty', sa.Text(), nullable=False),
    sa.Column('sex', sa.Text(), nullable=False),
    sa.Column('address', sa.Text(), nullable=True),
    sa.Column('postcode', sa.Text(), nullable=True),
    sa.Column('phone', sa.Text(), nullable=True),
    sa.Column('email', sa.Text(), nullable=True),
    sa.Column('pnc_id', sa.Text(), nullable=True),
    sa.Column('cro', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['reference'], ['application.reference'], name=op.f('fk_person_reference')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person'))
    )
    op.create_index(op.f('ix_person_reference'), 'person', ['reference'], unique=False)
    op.create_table('proposal',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('what', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('proposed_by', sa.Text(), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('second_by', sa.Text(), nullable=True),
    sa.Column('second_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('second_by IS NULL OR second_by <> proposed_by', name=op.f('ck_proposal_two_people')),
    sa.ForeignKeyConstraint(['reference'], ['application.reference'], name=op.f('fk_proposal_reference')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_proposal'))
    )
    op.create_index(op.f('ix_proposal_reference'), 'proposal', ['reference'], unique=False)
    op.create_table('referral',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('agency_reference', sa.Text(), nullable=True),
    sa.Column('notes', sa.Text(), nullable=True),
    sa.Column('occurred_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['reference'], ['application.reference'], name=op.f('fk_referral_reference')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_referral'))
    )
    op.create_index(op.f('ix_referral_reference'), 'referral', ['reference'], unique=False)
    op.create_table('restriction',
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('staff_id', sa.Text(), nullable=False),
    sa.Column('named_by', sa.Text(), nullable=False),
    sa.Column('named_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['reference'], ['application.reference'], name=op.f('fk_restriction_reference')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_restriction_staff_id')),
    sa.PrimaryKeyConstraint('reference', 'staff_id', name=op.f('pk_restriction'))
    )
    op.create_table('review_case',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('campaign_id', sa.Text(), nullable=False),
    sa.Column('anchor', sa.Text(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('top', sa.Boolean(), nullable=False),
    sa.Column('sampled', sa.Boolean(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=True),
    sa.Column('modes', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('concluded_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(outcome IS NULL) = (concluded_at IS NULL)', name=op.f('ck_review_case_concluded_with_outcome')),
    sa.ForeignKeyConstraint(['campaign_id'], ['review_campaign.id'], name=op.f('fk_review_case_campaign_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_review_case'))
    )
    op.create_index(op.f('ix_review_case_anchor'), 'review_case', ['anchor'], unique=False)
    op.create_index(op.f('ix_review_case_campaign_id'), 'review_case', ['campaign_id'], unique=False)
    op.create_table('review_contact_step',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('contact_id', sa.Text(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('rung', sa.Text(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('taken_by', sa.Text(), nullable=False),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('second_by', sa.Text(), nullable=True),
    sa.Column('second_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('second_by IS NULL OR second_by <> taken_by', name=op.f('ck_review_contact_step_two_people')),
    sa.ForeignKeyConstraint(['contact_id'], ['review_contact.id'], name=op.f('fk_review_contact_step_contact_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_review_contact_step')),
    sa.UniqueConstraint('contact_id', 'number', name=op.f('uq_review_contact_step_contact_id'))
    )
    op.create_index(op.f('ix_review_contact_step_contact_id'), 'review_contact_step', ['contact_id'], unique=False)
    op.create_table('review_member',
    sa.Column('campaign_id', sa.Text(), nullable=False),
    sa.Column('anchor', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['campaign_id'], ['review_campaign.id'], name=op.f('fk_review_member_campaign_id')),
    sa.PrimaryKeyConstraint('campaign_id', 'anchor', name=op.f('pk_review_member'))
    )
    op.create_table('review_row',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('import_digest', sa.Text(), nullable=False),
    sa.Column('file', sa.Text(), nullable=False),
    sa.Column('line', sa.Integer(), nullable=False),
    sa.Column('cells', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('notes', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.ForeignKeyConstraint(['import_digest'], ['review_import.digest'], name=op.f('fk_review_row_import_digest')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_review_row'))
    )
    op.create_index(op.f('ix_review_row_import_digest'), 'review_row', ['import_digest'], unique=False)
    op.create_table('risk_score',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('model', sa.Text(), nullable=False),
    sa.Column('inputs', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('inputs_digest', sa.Text(), nullable=False),
    sa.Column('band', sa.Text(), nullable=False),
    sa.Column('priority', sa.Text(), nullable=False),
    sa.Column('score', sa.Float(), nullable=False),
    sa.Column('contributions', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('uncertainty', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('computed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('superseded', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['reference'], ['application.reference'], name=op.f('fk_risk_score_reference')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_risk_score'))
    )
    op.create_index(op.f('ix_risk_score_reference'), 'risk_score', ['reference'], unique=False)
    op.create_table('safe_contact',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('party', sa.Text(), nullable=False),
    sa.Column('channel', sa.Text(), nullable=True),
    sa.Column('days', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('windows', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('voicemail', sa.Boolean(), nullable=False),
    sa.Column('code_word', sa.Text(), nullable=True),
    sa.Column('interpreter', sa.Text(), nullable=True),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('confirmed_by', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['reference'], ['application.reference'], name=op.f('fk_safe_contact_reference')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_safe_contact'))
    )
    op.create_index(op.f('ix_safe_contact_reference'), 'safe_contact', ['reference'], unique=False)
    op.create_table('search',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('party', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('automatic', sa.Boolean(), nullable=False),
    sa.Column('mandatory', sa.Boolean(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('plan', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('required', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('covered', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('terms', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('result', sa.Text(), nullable=True),
    sa.Column('unavailable_reason', sa.Text(), nullable=True),
    sa.Column('accepted_by', sa.Text(), nullable=True),
    sa.Column('searched_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('returned_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('returned_by', sa.Text(), nullable=True),
    sa.Column('evidence_reference', sa.Text(), nullable=True),
    sa.Column('summary', sa.Text(), nullable=True),
    sa.Column('extract_id', sa.BigInteger(), nullable=True),
    sa.Column('superseded', sa.Boolean(), nullable=False),
    sa.CheckConstraint("result <> 'unavailable' OR unavailable_reason IS NOT NULL", name=op.f('ck_search_unavailable_says_why')),
    sa.CheckConstraint("result IN ('hit', 'nil', 'unavailable')", name=op.f('ck_search_result')),
    sa.CheckConstraint('(result IS NULL) = (returned_at IS NULL)', name=op.f('ck_search_returned_with_result')),
    sa.CheckConstraint('accepted_by IS NULL OR accepted_by <> returned_by', name=op.f('ck_search_acceptance_by_another')),
    sa.ForeignKeyConstraint(['reference'], ['application.reference'], name=op.f('fk_search_reference')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_search'))
    )
    op.create_index(op.f('ix_search_reference'), 'search', ['reference'], unique=False)
    op.create_table('staff_role',
    sa.Column('staff_id', sa.Text(), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('given_by', sa.Text(), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_staff_role_staff_id')),
    sa.PrimaryKeyConstraint('staff_id', 'role', name=op.f('pk_staff_role'))
    )
    op.create_table('token',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('staff_id', sa.Text(), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_token_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_token')),
    sa.UniqueConstraint('digest', name=op.f('uq_token_digest'))
    )
    op.create_index(op.f('ix_token_staff_id'), 'token', ['staff_id'], unique=False)
    op.create_table('watch',
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_extract', sa.Integer(), nullable=True),
    sa.Column('renewed_by', sa.Text(), nullable=True),
    sa.Column('renewal_reason', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['reference'], ['application.reference'], name=op.f('fk_watch_reference')),
    sa.PrimaryKeyConstraint('reference', name=op.f('pk_watch'))
    )
    op.create_table('work_item',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=True),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('stage', sa.Text(), nullable=True),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('subject', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('blocking', sa.Boolean(), nullable=False),
    sa.Column('priority', sa.Text(), nullable=False),
    sa.Column('owner', sa.Text(), nullable=True),
    sa.Column('reserved', sa.Boolean(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('escalation_level', sa.Integer(), nullable=False),
    sa.Column('claimed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done_by', sa.Text(), nullable=True),
    sa.Column('answer', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cancelled_why', sa.Text(), nullable=True),
    sa.CheckConstraint('(done_at IS NULL) = (done_by IS NULL)', name=op.f('ck_work_item_done_has_a_doer')),
    sa.CheckConstraint('NOT (done_at IS NOT NULL AND cancelled_at IS NOT NULL)', name=op.f('ck_work_item_done_or_cancelled')),
    sa.ForeignKeyConstraint(['reference'], ['application.reference'], name=op.f('fk_work_item_reference')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_work_item'))
    )
    op.create_index('ix_work_item_due', 'work_item', ['due_at'], unique=False, postgresql_where=sa.text('done_at IS NULL AND cancelled_at IS NULL'))
    op.create_index('ix_work_item_open', 'work_item', ['role', 'priority', 'due_at'], unique=False, postgresql_where=sa.text('done_at IS NULL AND cancelled_at IS NULL'))
    op.create_index(op.f('ix_work_item_reference'), 'work_item', ['reference'], unique=False)
    op.create_table('approval',
    sa.Column('decision_id', sa.Text(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('approved', sa.Boolean(), nullable=False),
    sa.Column('approver', sa.Text(), nullable=False),
    sa.Column('chair', sa.Text(), nullable=False),
    sa.Column('researchers', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('approved_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('NOT (researchers ? approver)', name=op.f('ck_approval_approver_did_no_research')),
    sa.CheckConstraint('approver <> chair', name=op.f('ck_approval_approver_is_not_chair')),
    sa.ForeignKeyConstraint(['decision_id'], ['decision.id'], name=op.f('fk_approval_decision_id')),
    sa.ForeignKeyConstraint(['reference'], ['application.reference'], name=op.f('fk_approval_reference')),
    sa.PrimaryKeyConstraint('decision_id', name=op.f('pk_approval')),
    sa.UniqueConstraint('decision_id', 'approved', name=op.f('uq_approval_decision_id'))
    )
    op.create_index(op.f('ix_approval_reference'), 'approval', ['reference'], unique=False)
    op.create_table('candidate',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('search_id', sa.Text(), nullable=False),
    sa.Column('party', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('person_id', sa.Text(), nullable=False),
    sa.Column('weight', sa.Float(), nullable=False),
    sa.Column('band', sa.Text(), nullable=False),
    sa.Column('twin', sa.Boolean(), nullable=False),
    sa.Column('explanation', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('seen', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('verdict', sa.Text(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('reviewed_by', sa.Text(), nullable=True),
    sa.Column('reviewed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('second_agrees', sa.Boolean(), nullable=True),
    sa.Column('second_reason', sa.Text(), nullable=True),
    sa.Column('second_by', sa.Text(), nullable=True),
    sa.Column('second_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('superseded', sa.Boolean(), nullable=False),
    sa.CheckConstraint("verdict IN ('same', 'different', 'cannot_tell')", name=op.f('ck_candidate_verdict')),
    sa.CheckConstraint('second_by IS NULL OR second_by <> reviewed_by', name=op.f('ck_candidate_second_is_another')),
    sa.ForeignKeyConstraint(['reference'], ['application.reference'], name=op.f('fk_candidate_reference')),
    sa.ForeignKeyConstraint(['search_id'], ['search.id'], name=op.f('fk_candidate_search_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_candidate'))
    )
    op.create_index(op.f('ix_candidate_reference'), 'candidate', ['reference'], unique=False)
    op.create_table('contact_attempt',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('party', sa.Text(), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('about', sa.Text(), nullable=True),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('agreed_meeting', sa.Boolean(), nullable=False),
    sa.Column('asked_plan_again', sa.Boolean(), nullable=False),
    sa.Column('left_message', sa.Boolean(), nullable=False),
    sa.Column('reached', sa.Boolean(), nullable=False),
    sa.Column('plan', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('exception_reason', sa.Text(), nullable=True),
    sa.Column('made_by', sa.Text(), nullable=False),
    sa.Column('override_id', sa.Text(), nullable=True),
    sa.Column('occurred_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['override_id'], ['contact_override.id'], name=op.f('fk_contact_attempt_override_id')),
    sa.ForeignKeyConstraint(['reference'], ['application.reference'], name=op.f('fk_contact_attempt_reference')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contact_attempt'))
    )
    op.create_index(op.f('ix_contact_attempt_reference'), 'contact_attempt', ['reference'], unique=False)
    op.create_table('escalation',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('item_id', sa.Text(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=True),
    sa.Column('rung', sa.Integer(), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('raised_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('acknowledged_by', sa.Text(), nullable=True),
    sa.Column('acknowledged_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['item_id'], ['work_item.id'], name=op.f('fk_escalation_item_id')),
    sa.ForeignKeyConstraint(['reference'], ['application.reference'], name=op.f('fk_escalation_reference')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_escalation')),
    sa.UniqueConstraint('item_id', 'rung', name=op.f('uq_escalation_item_id'))
    )
    op.create_index(op.f('ix_escalation_item_id'), 'escalation', ['item_id'], unique=False)
    op.create_table('review_opinion',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('case_id', sa.Text(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('reviewer', sa.Text(), nullable=False),
    sa.Column('decision', sa.Text(), nullable=True),
    sa.Column('reasons', sa.Text(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.Text(), nullable=True),
    sa.Column('modes', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('checklist', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('explanation', sa.Text(), nullable=True),
    sa.Column('found_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(outcome IS NULL) = (found_at IS NULL)', name=op.f('ck_review_opinion_found_with_outcome')),
    sa.ForeignKeyConstraint(['case_id'], ['review_case.id'], name=op.f('fk_review_opinion_case_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_review_opinion')),
    sa.UniqueConstraint('case_id', 'place', name=op.f('uq_review_opinion_case_id')),
    sa.UniqueConstraint('case_id', 'reviewer', name='uq_review_opinion_case_reviewer')
    )
    op.create_index(op.f('ix_review_opinion_case_id'), 'review_opinion', ['case_id'], unique=False)
    op.create_table('risk_assessment',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('score_id', sa.Text(), nullable=False),
    sa.Column('band', sa.Text(), nullable=False),
    sa.Column('lowers', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('assessed_by', sa.Text(), nullable=False),
    sa.Column('assessed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('second_agrees', sa.Boolean(), nullable=True),
    sa.Column('second_by', sa.Text(), nullable=True),
    sa.Column('second_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('superseded', sa.Boolean(), nullable=False),
    sa.CheckConstraint('second_by IS NULL OR second_by <> assessed_by', name=op.f('ck_risk_assessment_second_is_another')),
    sa.ForeignKeyConstraint(['reference'], ['application.reference'], name=op.f('fk_risk_assessment_reference')),
    sa.ForeignKeyConstraint(['score_id'], ['risk_score.id'], name=op.f('fk_risk_assessment_score_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_risk_assessment'))
    )
    op.create_index(op.f('ix_risk_assessment_reference'), 'risk_assessment', ['reference'], unique=False)
    op.create_table('search_attempt',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('search_id', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['search_id'], ['search.id'], name=op.f('fk_search_attempt_search_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_search_attempt'))
    )
    op.create_index(op.f('ix_search_attempt_search_id'), 'search_attempt', ['search_id'], unique=False)
    op.create_table('disclosure',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('decision_id', sa.Text(), nullable=False),
    sa.Column('approved', sa.Boolean(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('recipient', sa.Text(), nullable=False),
    sa.Column('identity_checked', sa.Boolean(), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('verbal', sa.Boolean(), nullable=False),
    sa.Column('exception_reason', sa.Text(), nullable=True),
    sa.Column('undertaking', sa.Text(), nullable=False),
    sa.Column('wording', sa.Text(), nullable=False),
    sa.Column('support_offered', sa.Boolean(), nullable=False),
    sa.Column('safety_plan', sa.Text(), nullable=True),
    sa.Column('delivered_by', sa.Text(), nullable=False),
    sa.Column('second_officer', sa.Text(), nullable=True),
    sa.Column('override_id', sa.Text(), nullable=True),
    sa.Column('occurred_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind IN ('disclosure', 'no_disclosure')", name=op.f('ck_disclosure_kind')),
    sa.CheckConstraint('approved', name=op.f('ck_disclosure_only_what_was_approved')),
    sa.CheckConstraint('delivered_by <> second_officer', name=op.f('ck_disclosure_two_officers')),
    sa.ForeignKeyConstraint(['decision_id', 'approved'], ['approval.decision_id', 'approval.approved'], name=op.f('fk_disclosure_decision_id')),
    sa.ForeignKeyConstraint(['override_id'], ['contact_override.id'], name=op.f('fk_disclosure_override_id')),
    sa.ForeignKeyConstraint(['reference'], ['application.reference'], name=op.f('fk_disclosure_reference')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_disclosure'))
    )
    op.create_index(op.f('ix_disclosure_reference'), 'disclosure', ['reference'], unique=False)
    op.create_table('finding',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('candidate_id', sa.Text(), nullable=False),
    sa.Column('party', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('record_id', sa.Text(), nullable=False),
    sa.Column('record', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('owner', sa.Text(), nullable=True),
    sa.Column('qualifies', sa.Text(), nullable=False),
    sa.Column('found_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('withdrawn', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['candidate_id'], ['candidate.id'], name=op.f('fk_finding_candidate_id')),
    sa.ForeignKeyConstraint(['reference'], ['application.reference'], name=op.f('fk_finding_reference')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_finding'))
    )
    op.create_index(op.f('ix_finding_reference'), 'finding', ['reference'], unique=False)
    op.create_table('notice',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('escalation_id', sa.Text(), nullable=True),
    sa.Column('reference', sa.Text(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('queued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tried_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('channel', sa.Text(), nullable=True),
    sa.Column('fault', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['escalation_id'], ['escalation.id'], name=op.f('fk_notice_escalation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice'))
    )
    op.create_table('disclosed_item',
    sa.Column('disclosure_id', sa.Text(), nullable=False),
    sa.Column('finding_id', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['disclosure_id'], ['disclosure.id'], name=op.f('fk_disclosed_item_disclosure_id')),
    sa.ForeignKeyConstraint(['finding_id'], ['finding.id'], name=op.f('fk_disclosed_item_finding_id')),
    sa.PrimaryKeyConstraint('disclosure_id', 'finding_id', name=op.f('pk_disclosed_item'))
    )
    op.create_table('owner_agreement',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('finding_id', sa.Text(), nullable=False),
    sa.Column('owner', sa.Text(), nullable=False),
    sa.Column('agreed', sa.Boolean(), nullable=False),
    sa.Column('conditions', sa.Text(), nullable=True),
    sa.Column('proceedings_pending', sa.Boolean(), nullable=False),
    sa.Column('recorded_by', sa.Text(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['finding_id'], ['finding.id'], name=op.f('fk_owner_agreement_finding_id')),
    sa.ForeignKeyConstraint(['reference'], ['application.reference'], name=op.f('fk_owner_agreement_reference')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_owner_agreement')),
    sa.UniqueConstraint('finding_id', name=op.f('uq_owner_agreement_finding_id'))
    )
    op.create_index(op.f('ix_owner_agreement_reference'), 'owner_agreement', ['reference'], unique=False)


def downgrade() -> None:
    raise RuntimeError("the casebook only moves forward: restore a backup instead")
