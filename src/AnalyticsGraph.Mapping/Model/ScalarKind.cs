namespace AnalyticsGraph.Mapping.Model;

/// <summary>What kind of leaf a field is: decides its filter operators, how its column is read, and how it is written.</summary>
public enum ScalarKind
{
    /// <summary><c>Int</c>.</summary>
    Int,

    /// <summary><c>Long</c>.</summary>
    Long,

    /// <summary><c>Float</c> or <c>Double</c>.</summary>
    Double,

    /// <summary><c>String</c>, or a scalar that nobody describes.</summary>
    String,

    /// <summary><c>ID</c>; a Relay global id for <c>id</c> of a <c>Node</c>, else text.</summary>
    Id,

    /// <summary><c>Boolean</c>.</summary>
    Boolean,

    /// <summary><c>DateTime</c>.</summary>
    DateTime,

    /// <summary><c>Duration</c>.</summary>
    Duration,

    /// <summary><c>JSON</c>: read, never filtered or ordered by.</summary>
    Json,

    /// <summary>An enum, stored as text.</summary>
    Enum,
}
