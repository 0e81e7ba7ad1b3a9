"""The life of mandates: what the register shows, assemblies and their doors, messages, files of federations."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


REMPARTS = """
-- Whose mandate, for what, since when: never rewritten; an end neither.
CREATE FUNCTION delegues_delegation_figee() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE'
        OR (OLD.campagne_id, OLD.designation_id, OLD.adherent_id, OLD.qualite, OLD.debut, OLD.cle)
            <> (NEW.campagne_id, NEW.designation_id, NEW.adherent_id, NEW.qualite, NEW.debut, NEW.cle)
        OR OLD.remplace_id IS DISTINCT FROM NEW.remplace_id
        OR (OLD.fin IS NOT NULL AND (OLD.fin IS DISTINCT FROM NEW.fin OR OLD.cause <> NEW.cause))
    THEN
        RAISE EXCEPTION USING MESSAGE = 'L''histoire d''un mandat ne se réécrit pas.',
            ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'delegation_figee';
    END IF;
    RETURN NEW;
END $$;
"""
DECLENCHEURS = (
    "CREATE TRIGGER delegation_figee BEFORE UPDATE OR DELETE ON delegues_delegation "
    "FOR EACH ROW EXECUTE FUNCTION delegues_delegation_figee();",
    "CREATE TRIGGER passage_fige BEFORE UPDATE OR DELETE ON delegues_passage FOR EACH STATEMENT "
    "EXECUTE FUNCTION delegues_refuser('Un passage à la porte ne se réécrit pas.');",
)


class Migration(migrations.Migration):

    dependencies = [
        ('delegues', '0004_engagements_renouvelables'),
        ('territoire', '0002_histoire'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='campagne',
            name='depart_met_fin',
            field=models.BooleanField(default=True, verbose_name='changer de section met fin au mandat'),
        ),
        migrations.AddField(
            model_name='delegation',
            name='prevenue_le',
            field=models.DateTimeField(null=True, verbose_name='prévenue le'),
        ),
        migrations.AddField(
            model_name='envoi',
            name='echec',
            field=models.CharField(blank=True, max_length=120, verbose_name='échec'),
        ),
        migrations.AddField(
            model_name='envoi',
            name='pris_le',
            field=models.DateTimeField(null=True, verbose_name='pris en charge le'),
        ),
        migrations.AddField(
            model_name='messageauxdelegues',
            name='cle',
            field=models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
        ),
        migrations.AddField(
            model_name='messageauxdelegues',
            name='suppleants',
            field=models.BooleanField(default=True, verbose_name='aux suppléant·es aussi'),
        ),
        migrations.CreateModel(
            name='Assemblee',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cle', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('nom', models.CharField(max_length=120, verbose_name='nom')),
                ('tenue_le', models.DateTimeField(verbose_name='date et heure')),
                ('lieu', models.CharField(blank=True, max_length=200, verbose_name='lieu')),
                ('creee_le', models.DateTimeField(verbose_name='créée le')),
                ('campagne', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assemblees', to='delegues.campagne')),
                ('federation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='territoire.federation')),
                ('par', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('section', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='territoire.section')),
            ],
            options={
                'verbose_name': 'assemblée de délégué·es',
                'verbose_name_plural': 'assemblées de délégué·es',
                'ordering': ('-tenue_le', '-pk'),
            },
        ),
        migrations.CreateModel(
            name='Constat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('nature', models.CharField(choices=[('sortie', "N'est plus au registre des membres"), ('depart', 'Est inscrit·e dans une autre section')], max_length=6, verbose_name='nature')),
                ('constate_le', models.DateTimeField(verbose_name='constaté le')),
                ('decide_le', models.DateTimeField(null=True, verbose_name='décidé le')),
                ('suite', models.CharField(blank=True, choices=[('termine', 'Mandat terminé'), ('maintenu', 'Mandat maintenu'), ('caduc', 'Sans objet : le registre a changé')], max_length=8, verbose_name='suite')),
                ('motif', models.CharField(blank=True, max_length=300, verbose_name='motif')),
                ('decide_par', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('delegation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='constats', to='delegues.delegation')),
                ('section', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='territoire.section')),
            ],
            options={
                'ordering': ('constate_le', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='ImportDeDelegations',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cle', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('etat', models.CharField(choices=[('pret', 'À confirmer'), ('refuse', 'Fichier à corriger'), ('applique', 'Appliqué'), ('annule', 'Annulé'), ('abandonne', 'Abandonné')], max_length=9, verbose_name='état')),
                ('fichier', models.CharField(max_length=120, verbose_name='nom du fichier')),
                ('octets', models.PositiveIntegerField(verbose_name='taille')),
                ('empreinte', models.CharField(max_length=64, verbose_name='empreinte SHA-256')),
                ('depose_le', models.DateTimeField(verbose_name='déposé le')),
                ('applique_le', models.DateTimeField(null=True, verbose_name='appliqué le')),
                ('annule_le', models.DateTimeField(null=True, verbose_name='annulé le')),
                ('lignes', models.JSONField(default=list)),
                ('erreurs', models.JSONField(default=list)),
                ('ignorees', models.JSONField(default=list)),
                ('apercu', models.JSONField(default=list)),
                ('produits', models.JSONField(default=dict)),
                ('campagne', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='imports', to='delegues.campagne')),
                ('federation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='territoire.federation')),
                ('par', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'import de délégations',
                'verbose_name_plural': 'imports de délégations',
                'ordering': ('-depose_le', '-pk'),
            },
        ),
        migrations.CreateModel(
            name='Passage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('le', models.DateTimeField(verbose_name='à')),
                ('recu_le', models.DateTimeField(verbose_name='reçu le')),
                ('assemblee', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='passages', to='delegues.assemblee')),
                ('delegation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='passages', to='delegues.delegation')),
                ('par', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('-le', '-pk'),
            },
        ),
        migrations.AddConstraint(
            model_name='assemblee',
            constraint=models.CheckConstraint(condition=models.Q(('federation', None), ('section', None), _connector='OR'), name='assemblee_un_perimetre', violation_error_message="Une assemblée est celle d'une section, d'une fédération, ou de tous."),
        ),
        migrations.AddConstraint(
            model_name='constat',
            constraint=models.UniqueConstraint(condition=models.Q(('decide_le', None)), fields=('delegation', 'nature'), name='constat_ouvert_unique', violation_error_message='Ce constat attend déjà une décision.'),
        ),
        migrations.AddConstraint(
            model_name='constat',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decide_le', None), ('suite', '')), models.Q(('decide_le__isnull', False), models.Q(('suite', ''), _negated=True)), _connector='OR'), name='constat_decide', violation_error_message='Un constat décidé dit quelle suite il a.'),
        ),
        migrations.AddConstraint(
            model_name='importdedelegations',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('annule_le', None), ('applique_le', None), ('etat__in', ('pret', 'refuse', 'abandonne'))), models.Q(('annule_le', None), ('applique_le__isnull', False), ('etat', 'applique')), models.Q(('annule_le__isnull', False), ('applique_le__isnull', False), ('etat', 'annule')), _connector='OR'), name='import_de_delegations_etat_date', violation_error_message="L'état d'un import dit depuis quand."),
        ),
        migrations.AddConstraint(
            model_name='passage',
            constraint=models.UniqueConstraint(fields=('assemblee', 'delegation'), name='passage_unique', violation_error_message='Cette personne est déjà entrée.'),
        ),
        migrations.RunSQL(REMPARTS, migrations.RunSQL.noop),
        *(migrations.RunSQL(d, migrations.RunSQL.noop) for d in DECLENCHEURS),
    ]
