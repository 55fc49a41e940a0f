namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>Which resolver each field of the schema has, collected before start-up and checked by <see cref="ExecutableSchema.Create"/>.</summary>
public sealed class SchemaBindings
{
    private readonly List<FieldBindingEntry> _fields = [];
    private readonly List<(string Type, Type ClrType)> _types = [];
    private readonly List<string> _columnTypes = [];

    internal IReadOnlyList<FieldBindingEntry> Fields => _fields;

    internal IReadOnlyList<(string Type, Type ClrType)> Types => _types;

    internal IReadOnlyList<string> ColumnTypes => _columnTypes;

    /// <summary>Binds a field.</summary>
    /// <param name="type">An object type's name.</param>
    /// <param name="field">One of its fields.</param>
    /// <param name="resolver">How it is resolved.</param>
    public SchemaBindings Bind(string type, string field, FieldResolver resolver)
    {
        ArgumentNullException.ThrowIfNull(resolver);
        _fields.Add(new FieldBindingEntry(type, field, resolver));
        return this;
    }

    /// <summary>
    /// Says that the rows of an object type are CLR objects: its fields that are not bound otherwise are read from the public properties of the same name
    /// (case does not matter), and values of that CLR type, where an interface or a union is expected, are of that object type.
    /// </summary>
    /// <typeparam name="T">The CLR type, typically a record.</typeparam>
    /// <param name="type">An object type's name.</param>
    public SchemaBindings BindType<T>(string type)
    {
        _types.Add((type, typeof(T)));
        return this;
    }

    /// <summary>
    /// Says that lists of an input object type, their items non-null, reach resolvers as <see cref="InputColumns"/> instead of <c>object?[]</c>: for lists of thousands. It belongs to the schema from then
    /// on, whoever executes it.
    /// </summary>
    /// <param name="type">The input object type's name; all its fields are scalars or enums.</param>
    public SchemaBindings ReadInColumns(string type)
    {
        _columnTypes.Add(type);
        return this;
    }
}

/// <summary>A field and its resolver.</summary>
internal sealed record FieldBindingEntry(string Type, string Field, FieldResolver Resolver);
