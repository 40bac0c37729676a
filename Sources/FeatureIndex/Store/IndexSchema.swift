import GRDB

/// The tables of an index. Migrations are only ever added: files of every version can be read.
enum IndexSchema {
  /// "LUCI", so that `file` and we know an index from another database.
  static let applicationID = 0x4c55_4349

  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("items, statistics and exemplars") { try $0.execute(sql: counted) }
    migrator.registerMigration("explanations and scores") { try $0.execute(sql: told) }
    migrator.registerMigration("tokens and neighbours of decoder rows") {
      try $0.execute(sql: derived)
    }
    migrator.registerMigration("indexes that cover their questions") {
      try $0.execute(sql: covering)
    }
    migrator.registerMigration(viewsByName, migrate: nameViews)
    migrator.registerMigration(concepts) { try $0.execute(sql: judged) }
    migrator.registerMigration(judgements) { try $0.execute(sql: answered) }
    return migrator
  }

  private static let viewsByName = "layouts of named views"
  private static let concepts = "kinds of concepts and scores of latents"
  private static let judgements = "answers of judges"

  /// Migrations that a file can be read without, as it is: questions are slower, or
  /// answered from other columns.
  static let readableWithout: Set = [
    "indexes that cover their questions", viewsByName, concepts, judgements,
  ]

  private static let counted = """
    CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE item (
      number INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, name TEXT NOT NULL, source TEXT,
      width INTEGER NOT NULL, height INTEGER NOT NULL,
      baseRows INTEGER NOT NULL, baseColumns INTEGER NOT NULL,
      tileRows INTEGER NOT NULL, tileColumns INTEGER NOT NULL,
      text TEXT, tokens TEXT NOT NULL, tokenCount INTEGER NOT NULL,
      picturePath TEXT, pictureOffset INTEGER, pictureLength INTEGER);
    CREATE INDEX itemName ON item (name);
    CREATE TABLE picture (item INTEGER PRIMARY KEY REFERENCES item (number), bytes BLOB NOT NULL);
    CREATE TABLE skipped (
      id INTEGER PRIMARY KEY, name TEXT NOT NULL, reason TEXT NOT NULL, message TEXT NOT NULL);
    CREATE TABLE statistics (
      latent INTEGER NOT NULL, view INTEGER NOT NULL, positions INTEGER NOT NULL,
      items INTEGER NOT NULL, sum INTEGER NOT NULL, max REAL NOT NULL, histogram BLOB NOT NULL,
      PRIMARY KEY (latent, view)) WITHOUT ROWID;
    CREATE INDEX statisticsByFrequency ON statistics (view, positions);
    CREATE INDEX statisticsByMax ON statistics (view, max);
    CREATE TABLE exemplars (
      latent INTEGER NOT NULL, view INTEGER NOT NULL, ranking INTEGER NOT NULL, list BLOB NOT NULL,
      PRIMARY KEY (latent, view, ranking)) WITHOUT ROWID;
    CREATE TABLE map (
      latent INTEGER NOT NULL, view INTEGER NOT NULL, item INTEGER NOT NULL, span INTEGER NOT NULL,
      max REAL NOT NULL, mass REAL NOT NULL, activations BLOB NOT NULL,
      PRIMARY KEY (latent, view, item, span)) WITHOUT ROWID;
    CREATE INDEX mapByItem ON map (item, view, max);
    CREATE TABLE sample (hash INTEGER PRIMARY KEY, latents BLOB NOT NULL);
    """

  private static let told = """
    CREATE TABLE explanation (
      id INTEGER PRIMARY KEY AUTOINCREMENT, latent INTEGER NOT NULL, revision INTEGER NOT NULL,
      state TEXT NOT NULL, text TEXT NOT NULL, authorKind TEXT NOT NULL, authorName TEXT NOT NULL,
      method TEXT NOT NULL, evidence TEXT NOT NULL, record TEXT, created REAL NOT NULL,
      UNIQUE (latent, revision));
    CREATE TABLE score (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      explanation INTEGER NOT NULL REFERENCES explanation (id), kind TEXT NOT NULL,
      value REAL NOT NULL, baseline REAL, count INTEGER NOT NULL, details TEXT, created REAL NOT \
    NULL);
    CREATE INDEX scoreByExplanation ON score (explanation);
    CREATE VIRTUAL TABLE label USING fts5(text, tokenize = 'porter unicode61');
    """

  /// `refines` is the id of the explanation that a shorter one was made from.
  private static let judged = """
    ALTER TABLE explanation ADD COLUMN concept TEXT;
    ALTER TABLE explanation ADD COLUMN refines INTEGER;
    CREATE TABLE latentScore (
      id INTEGER PRIMARY KEY AUTOINCREMENT, latent INTEGER NOT NULL, kind TEXT NOT NULL,
      value REAL NOT NULL, baseline REAL, count INTEGER NOT NULL, details TEXT,
      created REAL NOT NULL);
    CREATE INDEX latentScoreByLatent ON latentScore (latent);
    """

  /// `owner` is an explanation's id, or a latent; `said` is NULL for an answer that could not be
  /// read.
  private static let answered = """
    CREATE TABLE judgement (
      owner INTEGER NOT NULL, ofLatent INTEGER NOT NULL, kind TEXT NOT NULL,
      settings TEXT NOT NULL, question INTEGER NOT NULL, said INTEGER,
      PRIMARY KEY (owner, ofLatent, kind, settings, question)) WITHOUT ROWID;
    """

  private static let covering = """
    CREATE INDEX mapOfItem ON map (item, view, latent, max, mass);
    DROP INDEX mapByItem;
    CREATE INDEX statisticsFromMostFrequent ON statistics (view, positions DESC, latent);
    DROP INDEX statisticsByFrequency;
    CREATE INDEX statisticsFromLargest ON statistics (view, max DESC, latent);
    DROP INDEX statisticsByMax;
    """

  private static let derived = """
    CREATE TABLE tokenEffect (
      latent INTEGER NOT NULL, promoted INTEGER NOT NULL, place INTEGER NOT NULL,
      token INTEGER NOT NULL, text TEXT NOT NULL, effect REAL NOT NULL,
      PRIMARY KEY (latent, promoted, place)) WITHOUT ROWID;
    CREATE INDEX tokenEffectByText ON tokenEffect (text, promoted, effect);
    CREATE TABLE neighbour (
      latent INTEGER NOT NULL, place INTEGER NOT NULL, other INTEGER NOT NULL, cosine REAL NOT NULL,
      PRIMARY KEY (latent, place)) WITHOUT ROWID;
    """
}
