import Testing

@testable import Postgres

@Suite("Errors")
struct PostgresErrorTests {
    @Test("a code belongs to the class of its first two characters")
    func classes() {
        #expect(SQLState.uniqueViolation.isClass("23"))
        #expect(!SQLState.uniqueViolation.isClass("2"))
        #expect(!SQLState.uniqueViolation.isClass("42"))
        #expect(SQLState("57014") == .queryCanceled)
        #expect("\(SQLState.queryCanceled)" == "57014")
    }

    @Test("an error reads as in psql")
    func description() {
        var error = PostgresError(kind: .server, message: "duplicate key", sqlState: .uniqueViolation)
        error.severity = "ERROR"
        error.detail = "Key (id)=(1) already exists."
        error.hint = "Try another."
        error.context = "SQL statement \"x\"\nPL/pgSQL function f() line 3"
        #expect(
            "\(error)" == """
                ERROR:  duplicate key
                DETAIL:  Key (id)=(1) already exists.
                HINT:  Try another.
                CONTEXT:  SQL statement "x"
                PL/pgSQL function f() line 3
                """
        )
        #expect("\(PostgresError(kind: .connection, message: "no route"))" == "no route")
    }

    @Test("the code is taken out of a verbose connection message")
    func verboseMessage() {
        let (message, sqlState) = ConnectionAttempt.parts(
            ofVerbose: """
                connection to server on socket "/tmp/.s.PGSQL.1" failed: FATAL:  3D000: database "x" does not exist
                DETAIL:  It was dropped.
                LOCATION:  InitPostgres, postinit.c:955
                """
        )
        #expect(sqlState == .invalidCatalogName)
        #expect(
            message == """
                connection to server on socket "/tmp/.s.PGSQL.1" failed: FATAL:  database "x" does not exist
                DETAIL:  It was dropped.
                """
        )
    }

    @Test("a connection message without a code stays as it is")
    func plainMessage() {
        let (message, sqlState) = ConnectionAttempt.parts(ofVerbose: "could not translate host name \"FATAL:  x\"")
        #expect(sqlState == nil)
        #expect(message == "could not translate host name \"FATAL:  x\"")
    }
}
