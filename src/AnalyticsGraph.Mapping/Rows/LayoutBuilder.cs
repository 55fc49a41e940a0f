using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Planning;
using AnalyticsGraph.Mapping.Model;

namespace AnalyticsGraph.Mapping.Rows;

/// <summary>Finds which values of a row the selected fields need: their columns, and those that the fields below begin from.</summary>
internal sealed class LayoutBuilder
{
    private readonly TableModel _table;
    private readonly ImmutableArray<SelectItem>.Builder _items = ImmutableArray.CreateBuilder<SelectItem>();

    public LayoutBuilder(TableModel table)
    {
        _table = table;
        foreach (var column in table.Key)
        {
            AddColumn(column);
        }
    }

    public static RowLayout For(TableModel table, IEnumerable<PlannedSelectionSet?> selections)
    {
        var builder = new LayoutBuilder(table);
        foreach (var selection in selections)
        {
            builder.Add(selection, table, "");
        }

        return builder.Build();
    }

    public RowLayout Build() => new(_table, _items.ToImmutable());

    public LayoutBuilder AddColumn(string column)
    {
        if (!Has(column))
        {
            _items.Add(new ColumnItem(_table.Column(column)));
        }

        return this;
    }

    public void Add(PlannedSelectionSet? selections, RowModel row, string prefix)
    {
        if (selections is null)
        {
            return;
        }

        foreach (var field in selections.Fields)
        {
            // __typename has no model.
            if (row.Fields.TryGetValue(field.Definition.Name, out var model))
            {
                Add(field, model, prefix);
            }
        }
    }

    /// <summary>Adds all values whose changes are told of versions.</summary>
    /// <param name="owner">The type that they are versions of.</param>
    public LayoutBuilder AddTracked(TableModel owner)
    {
        AddColumn(HistoryModel.RowVersion);
        foreach (var tracked in TrackedField.Of(owner))
        {
            AddValue(tracked.Field, tracked.Prefix);
        }

        return this;
    }

    private void Add(PlannedField field, FieldModel model, string prefix)
    {
        switch (model)
        {
            case EmbeddedField embedded:
                AddEmbedded(field, embedded, prefix + embedded.Prefix);
                break;
            case ChangesField:
                AddTracked(_table.VersionsOf!);
                break;
            default:
                AddValue(model, prefix);
                break;
        }
    }

    private void AddValue(FieldModel model, string prefix)
    {
        switch (model)
        {
            case ColumnField column:
                AddColumn(prefix + column.Column);
                break;
            case JsonField json when !Has(JsonItem.NameOf(prefix + json.Column, json.Path, json.Kind)):
                _items.Add(new JsonItem(_table.Column(prefix + json.Column), json.Path, json.Kind));
                break;
            case RelationField relation:
                AddAll(relation.From, "");
                break;
            case AggregateField aggregate:
                AddAll(aggregate.Relation.From, "");
                break;
            case ResolverField resolver:
                AddAll(resolver.Needs, prefix);
                break;
        }
    }

    private void AddEmbedded(PlannedField field, EmbeddedField embedded, string prefix)
    {
        foreach (var selection in field.SelectionSets)
        {
            Add(selection, embedded.Target, prefix);
        }

        var columns = embedded.Target.ColumnsOf(_table, prefix);
        if (!embedded.Type.IsNonNull && columns.All(column => column.IsNullable) && !Has(PresenceItem.NameOf(prefix)))
        {
            _items.Add(new PresenceItem(prefix, [.. columns]));
        }
    }

    private void AddAll(ImmutableArray<string> columns, string prefix)
    {
        foreach (var column in columns)
        {
            AddColumn(prefix + column);
        }
    }

    private bool Has(string name) => _items.Any(item => item.Name == name);
}
