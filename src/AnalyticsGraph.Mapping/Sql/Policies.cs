using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping.Model;

namespace AnalyticsGraph.Mapping.Sql;

/// <summary>
/// Says which rows of a mapped type a caller may see. Asked for every read of a mapped type in both stores: look-ups, <c>node</c>, connections, relations, counts,
/// and the rows that filters and orders reach through.
/// </summary>
public interface IPolicyProvider
{
    /// <summary>The condition on a type's rows.</summary>
    /// <param name="table">The type.</param>
    /// <param name="request">The request, which knows the caller.</param>
    /// <returns>The condition, or null if the caller may see all rows.</returns>
    PolicyFragment? GetPolicy(TableModel table, RequestContext request);
}

/// <summary>A condition on rows that appends itself to a statement.</summary>
public abstract class PolicyFragment
{
    /// <summary>Appends a Boolean expression; values are bound as parameters.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="alias">The alias of the table whose rows are meant.</param>
    public abstract void AppendTo(SqlBuilder sql, string alias);

    /// <summary>No row may be seen.</summary>
    public static PolicyFragment DenyAll { get; } = new Denial();

    private sealed class Denial : PolicyFragment
    {
        public override void AppendTo(SqlBuilder sql, string alias) => sql.Append("FALSE");
    }
}

/// <summary>Everybody may see everything: what holds until access control defines more.</summary>
public sealed class AllowAllPolicy : IPolicyProvider
{
    /// <summary>The one instance.</summary>
    public static AllowAllPolicy Instance { get; } = new();

    /// <inheritdoc />
    public PolicyFragment? GetPolicy(TableModel table, RequestContext request) => null;
}
