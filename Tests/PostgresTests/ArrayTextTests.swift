import Testing

@testable import Postgres

@Suite("Array text")
struct ArrayTextTests {
    @Test(
        "elements are read from PostgreSQL's notation",
        arguments: [
            ("{}", []), ("{a,b}", ["a", "b"]), (#"{"a,b","c\"d","e\\f",""}"#, ["a,b", #"c"d"#, #"e\f"#, ""]),
            (#"{NULL,"NULL",null}"#, [nil, "NULL", nil]), ("[2:3]={x,y}", ["x", "y"]), ("{é,\"ß €\"}", ["é", "ß €"]),
        ] as [(String, [String?])]
    )
    func elements(text: String, expected: [String?]) {
        #expect(ArrayText.elements(of: text) == expected)
    }

    @Test(
        "what is not a one-dimensional array is refused",
        arguments: ["", "a", "{", "}", "{a", "{a,}", "{,a}", #"{"a}"#, #"{"a"b}"#, "{{a},{b}}", #"{a\"#]
    )
    func refused(text: String) {
        #expect(ArrayText.elements(of: text) == nil)
    }

    @Test("a literal is read back as it was", arguments: ["", "a", "NULL", #"\"{},"#, "\n", "e\u{301}", "\"\u{301}"])
    func roundTrip(element: String) {
        #expect(ArrayText.elements(of: ArrayText.literal([element, nil])) == [element, nil])
    }
}
