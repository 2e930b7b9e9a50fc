/// Why the SQL files could not be embedded; the build prints it.
struct EmbedError: Error, CustomStringConvertible {
    let description: String
}
