/// One SQL file of the `sql` folder.
public struct SQLFile {}
