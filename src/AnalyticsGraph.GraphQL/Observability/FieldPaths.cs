using AnalyticsGraph.GraphQL.Planning;

namespace AnalyticsGraph.GraphQL.Observability;

/// <summary>Where the fields of a plan stand in its responses.</summary>
internal sealed class FieldPaths
{
    private readonly Dictionary<PlannedField, string> _paths = [];

    public FieldPaths(PlannedSelectionSet root) => Add(root, "");

    public string Of(PlannedField field) => _paths.GetValueOrDefault(field, field.ResponseName);

    private void Add(PlannedSelectionSet selections, string prefix)
    {
        foreach (var field in selections.Fields)
        {
            var path = prefix + field.ResponseName;
            _paths[field] = path;
            foreach (var set in field.SelectionSets)
            {
                Add(set, path + ".");
            }
        }
    }
}
