#pragma once
#include <libpq-fe.h>

/* Swift imports number and string macros only; PG_DIAG_* are character literals. */
static const int PGDiagSeverity = PG_DIAG_SEVERITY_NONLOCALIZED;
static const int PGDiagSQLState = PG_DIAG_SQLSTATE;
static const int PGDiagMessage = PG_DIAG_MESSAGE_PRIMARY;
static const int PGDiagDetail = PG_DIAG_MESSAGE_DETAIL;
static const int PGDiagHint = PG_DIAG_MESSAGE_HINT;
static const int PGDiagPosition = PG_DIAG_STATEMENT_POSITION;
static const int PGDiagInternalPosition = PG_DIAG_INTERNAL_POSITION;
static const int PGDiagInternalQuery = PG_DIAG_INTERNAL_QUERY;
static const int PGDiagContext = PG_DIAG_CONTEXT;
static const int PGDiagSchema = PG_DIAG_SCHEMA_NAME;
static const int PGDiagTable = PG_DIAG_TABLE_NAME;
static const int PGDiagColumn = PG_DIAG_COLUMN_NAME;
static const int PGDiagDataType = PG_DIAG_DATATYPE_NAME;
static const int PGDiagConstraint = PG_DIAG_CONSTRAINT_NAME;
