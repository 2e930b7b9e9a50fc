/// A set-up or an end that nobody disturbs, and that fails all the same.
struct ChaosError: Error, CustomStringConvertible {
    let description: String
}
