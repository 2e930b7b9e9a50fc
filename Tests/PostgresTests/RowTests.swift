import Testing

@testable import Postgres

@Suite("Row")
struct RowTests {
    private static let shape = RowShape(
        columns: ["id", "name", "ok", "tags", "id"],
        statement: "select ...",
        database: "app"
    )
    private let row = Row(shape: shape, values: ["7", nil, "t", "{1,NULL}", "8"])

    @Test("columns are read as Swift values")
    func values() throws {
        #expect(try row.get("id", as: Int.self) == 7)
        #expect(try row.get("id", as: Double.self) == 7)
        #expect(try row.get("ok", as: Bool.self))
        #expect(try row.get("name", as: String?.self) == nil)
        #expect(try row.get("id", as: Int64?.self) == 7)
        #expect(try row.get("tags", as: [Int64?].self) == [1, nil])
        #expect(row["name"] == nil)
        #expect(row["ok"] == "t")
        #expect(row["absent"] == nil)
        #expect(row.columns == ["id", "name", "ok", "tags", "id"])
    }

    @Test("a column that is not there, a null and a wrong type are errors that say so")
    func errors() {
        let absent = #expect(throws: PostgresError.self) { try row.get("absent", as: Int.self) }
        #expect(absent?.message == #"no column "absent" in the result; it has id, name, ok, tags, id"#)
        let null = #expect(throws: PostgresError.self) { try row.get("name", as: String.self) }
        #expect(null?.message == #"column "name" is null, which is not a value of type String"#)
        let wrong = #expect(throws: PostgresError.self) { try row.get("ok", as: Int?.self) }
        #expect(wrong?.message == #"column "ok" is "t", which is not a value of type Optional<Int>"#)
        #expect(wrong?.kind == .client)
        #expect(wrong?.statement == "select ...")
        #expect(wrong?.database == "app")
    }

    @Test(
        "bytes that are not UTF-8 are shown, and what is around them as it is",
        arguments: [
            ([0x61, 0xE9, 0x62], "a\\xE9b"), ([0xC3, 0xA9], "é"), ([0xC3], "\\xC3"),
            ([0xE2, 0x82, 0x7A], "\\xE2\\x82z"),
            ([0xFC, 0xF0, 0x9F, 0x90, 0x98], "\\xFC🐘"), ([], ""),
        ] as [([UInt8], String)]
    )
    func undecodable(bytes: [UInt8], text: String) {
        let decoded = bytes.withUnsafeBufferPointer { ServerText.decoded($0) }
        #expect(decoded == text)
    }
}
