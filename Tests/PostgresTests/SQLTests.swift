import Postgres
import Testing

@Suite("SQL")
struct SQLTests {
    @Test("interpolated values become numbered parameters")
    func values() {
        let none: Int? = nil
        let sql: SQL = "select \("O'Neil"), \(1), \(Int64(2)), \(Int32(3)), \(true), \(1.5), \(none) where a = 1"
        #expect(sql.text == "select $1, $2, $3, $4, $5, $6, $7 where a = 1")
        #expect(sql.parameters == ["O'Neil", "1", "2", "3", "true", "1.5", nil])
    }

    @Test(
        "a duration is an interval of microseconds",
        arguments: [
            (Duration.seconds(90), "90000000 microseconds"),
            (.milliseconds(-1500), "-1500000 microseconds"),
            (.nanoseconds(1999), "1 microseconds"),
            (.zero, "0 microseconds"),
            (.seconds(Int64.max), "9223372036854775807000000 microseconds"),
        ]
    )
    func duration(value: Duration, text: String) {
        #expect(("\(value)" as SQL).parameters == [text])
    }

    @Test("an array is one parameter")
    func arrays() {
        let sql: SQL = "\(["a", "b\"c", "d\\e", "", "NULL", "{,}"]) \([1, 2]) \([Int64]()) \(["x", nil] as [String?])"
        #expect(sql.text == "$1 $2 $3 $4")
        #expect(
            sql.parameters == [
                #"{"a","b\"c","d\\e","","NULL","{,}"}"#, #"{"1","2"}"#, "{}", #"{"x",NULL}"#,
            ]
        )
    }

    @Test("a spliced statement has its parameters renumbered")
    func splice() {
        let condition: SQL = "name = \("n") and id = \(7)"
        let sql: SQL = "select \(1) from t where \(sql: condition) limit \(2)"
        #expect(sql.text == "select $1 from t where name = $2 and id = $3 limit $4")
        #expect(sql.parameters == ["1", "n", "7", "2"])
    }

    @Test("names are quoted and raw text is not")
    func names() {
        let sql: SQL = "select \(identifier: "a\"b") from \(identifier: ["cron", "Job"]) \(unsafeRaw: "limit 1")"
        #expect(sql.text == #"select "a""b" from cron."Job" limit 1"#)
        #expect(sql.parameters.isEmpty)
    }

    @Test(
        "a string literal survives quotes and backslashes",
        arguments: [
            ("plain", "'plain'"), ("", "''"), ("it's", "'it''s'"), (#"a\b"#, #"E'a\\b'"#), (#"\'"#, #"E'\\'''"#),
            ("$1", "'$1'"), ("naïve €", "'naïve €'"),
        ]
    )
    func literals(value: String, literal: String) {
        let sql: SQL = "\(literal: value)"
        #expect(sql.text == literal)
        #expect(sql.parameters.isEmpty)
    }

    @Test("a negative literal after a minus sign does not begin a comment")
    func negativeLiteral() {
        #expect(("select 1 -\(literal: -5), \(literal: 5), \(literal: false)" as SQL).text == "select 1 - -5, 5, false")
    }

    @Test("a script has the values as literals")
    func script() {
        let sql: SQL = "select \("it's"), \(5), \(nil as String?), \(#"a\b"#) from \(identifier: "t")"
        #expect(sql.script == #"select 'it''s', '5', null, E'a\\b' from t"#)
    }

    @Test("a raw statement keeps its text")
    func raw() {
        #expect(SQL(unsafeRaw: "select '$1'").text == "select '$1'")
        #expect(SQL(unsafeRaw: "select 1") == "select 1")
    }
}
