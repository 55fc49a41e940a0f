using AnalyticsGraph.GraphQL.Planning;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>How a field of the schema is resolved. Asked once per plan; what it returns runs once per request and level, for all parents together.</summary>
public abstract partial class FieldResolver
{
    /// <summary>
    /// Binds a planned field to a step. Parents are bound before their children; the whole subtree of <see cref="PlannedField.SelectionSets"/> is already known, so
    /// that a step can see which columns its children need.
    /// </summary>
    /// <param name="binding">The planned field and what its parent's step left for its children.</param>
    public abstract FieldStep Bind(FieldBinding binding);

    /// <summary>Checks at start-up that the resolver can yield what the field promises.</summary>
    /// <param name="field">The field it is bound to.</param>
    /// <param name="clrTypes">Which object type the CLR types stand for.</param>
    /// <returns>What is wrong, as the end of a sentence that begins with the field's name; null if it fits.</returns>
    public virtual string? FindFault(FieldDefinition field, ClrTypes clrTypes) => null;
}
