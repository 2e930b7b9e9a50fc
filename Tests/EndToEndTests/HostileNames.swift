/// Names of everything a user names, as PostgreSQL allows them.
struct HostileNames: Sendable {
    var title: String
    var databases: [String]
    var queue: String
    var role: String
    var schema: String
    var function: String

    static let all = [
        HostileNames(
            title: "capitals, quotes, backslashes, format and dollar signs",
            databases: [#"O'Reilly "Shop" \b %I $cronmill$ {{tag}}"#, #"Größe 100% $1 :x `y` ;--"#],
            queue: #"It's "a" \Queue %s $cronmill$ $cronmill1$ {{tag}}"#,
            role: #"Run As 'me' "too" \ %L $cronmill$"#,
            schema: #"My "Schema" it's \ %"#,
            function: #"Do 'it' "now" \ % $cronmill$"#
        ),
        HostileNames(
            title: "keywords and digits",
            databases: ["select", "1-2 3"],
            queue: "table",
            role: "user",
            schema: "group",
            function: "order"
        ),
        HostileNames(
            title: "what libpq, psql and a shell read otherwise",
            databases: ["a=b", "x://y"],
            queue: "--all",
            role: "-",
            schema: "null",
            function: "#"
        ),
        HostileNames(
            title: "63 bytes, in letters of two, different at the end",
            databases: [String(repeating: "é", count: 31) + "1", String(repeating: "é", count: 31) + "2"],
            queue: String(repeating: "ü", count: 31) + "q",
            role: String(repeating: "ö", count: 31) + "r",
            schema: String(repeating: "ä", count: 31) + "s",
            function: String(repeating: "ß", count: 31) + "f"
        ),
        HostileNames(
            title: "names that begin alike, or differ by what LIKE and file names take for the same",
            databases: ["app1", "app10", "a_b", "a b", "A_B"],
            queue: "a_b/c#1",
            role: "app1 r",
            schema: "app1",
            function: "a_b"
        ),
    ]
}
