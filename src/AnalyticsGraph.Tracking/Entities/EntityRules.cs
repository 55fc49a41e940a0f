using System.Collections.Immutable;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Tracking.Rules;

namespace AnalyticsGraph.Tracking.Entities;

/// <summary>What is special about changes of one type, beside what the SDL says; found by <see cref="TypeName"/>. Without any of it, a type is written by its SDL alone.</summary>
internal abstract class EntityRules
{
    /// <summary>The type.</summary>
    public abstract string TypeName { get; }

    /// <summary>Columns of the present record that the decision needs.</summary>
    public virtual IReadOnlyList<string> Needs => [];

    /// <summary>Whether the stage is a column that is written; else it follows from the others, <c>deletion</c> among them.</summary>
    public virtual bool HasStage => true;

    /// <summary>What documents must be, by input, beyond what the fields that read them say.</summary>
    public virtual IReadOnlyDictionary<string, JsonShape> Documents => ImmutableDictionary<string, JsonShape>.Empty;

    /// <summary>Checks the input further, adds columns, asks.</summary>
    public virtual void Prepare(EntityChange change)
    {
    }

    /// <summary>Locks what must be locked before the record itself.</summary>
    public virtual void Lock(EntityChange change)
    {
    }

    /// <summary>Locks records of this type that are about to be deleted or restored together with another one, after that one was locked.</summary>
    /// <param name="change">The other one's change.</param>
    /// <param name="relation">From the other one to these.</param>
    public virtual void LockDependents(EntityChange change, RelationField relation)
    {
    }

    /// <summary>Decides by what was asked.</summary>
    public virtual void Decide(EntityChange change)
    {
    }

    /// <summary>Writes; called without errors alone.</summary>
    public virtual void Write(EntityChange change) => change.WriteDefault();
}

/// <summary>The rules of all types.</summary>
/// <param name="rules">Those that are special.</param>
/// <param name="model">What the SDL says.</param>
internal sealed class EntityRuleBook(IEnumerable<EntityRules> rules, MappingModel model)
{
    private static readonly EntityRules Plain = new PlainRules();
    private readonly Dictionary<string, EntityRules> _rules = rules.ToDictionary(rule => rule.TypeName, StringComparer.Ordinal);
    private readonly Dictionary<TableModel, WritableModel> _entities =
        model.Mutations.Select(mutation => mutation.Entity).Distinct().ToDictionary(entity => entity.Table);

    public EntityRules For(string typeName) => _rules.GetValueOrDefault(typeName, Plain);

    /// <summary>How a type is written; null if it is not.</summary>
    public WritableModel? Find(TableModel table) => _entities.GetValueOrDefault(table);

    private sealed class PlainRules : EntityRules
    {
        public override string TypeName => "";
    }
}
