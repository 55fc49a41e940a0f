namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>The kinds of faults that validation tells apart.</summary>
internal enum InputFault
{
    /// <summary>The value is not of its type.</summary>
    Value,

    /// <summary>An input object has no field of that name.</summary>
    UnknownField,

    /// <summary>A required field of an input object is missing.</summary>
    MissingField,
}
